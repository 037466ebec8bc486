;;; plumb-mode.el --- Policy proposals that plumbrule reads  -*- lexical-binding: t; -*-

;; Package-Requires: ((emacs "28.1"))

;;; Code:
(require 'compile)

(defvar plumb-compile-command "plumbrule check --quiet --color never --output-format concise"
  "What `compile' runs in buffers of `plumb-mode'.")

;;;###autoload
(define-derived-mode plumb-mode prog-mode "Plumb"
  "Major mode for policy proposals."
  (setq-local comment-start "# ")
  (setq-local compile-command plumb-compile-command))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.plumb\\'" . plumb-mode))

;; A column counts characters, a tab as one.
(add-hook 'compilation-mode-hook (lambda () (setq-local compilation-error-screen-columns nil)))

(provide 'plumb-mode)
;;; plumb-mode.el ends here
