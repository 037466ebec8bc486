;;; plumb-mode.el --- Policy proposals that plumbrule reads  -*- lexical-binding: t; -*-

;; Package-Requires: ((emacs "28.1"))

;;; Commentary:

;; `M-x compile' lists findings, `M-x eglot' shows them while typing.

;;; Code:
(require 'compile)

(defvar plumb-compile-command "plumbrule check --quiet --color never --output-format concise"
  "What `compile' runs in buffers of `plumb-mode'.")

;;;###autoload
(define-derived-mode plumb-mode prog-mode "Plumb"
  "Major mode for policy proposals."
  (setq-local comment-start "# ")
  (setq-local compile-command plumb-compile-command))

(modify-syntax-entry ?# "<" plumb-mode-syntax-table)
(modify-syntax-entry ?\n ">" plumb-mode-syntax-table)

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.plumb\\'" . plumb-mode))

;; A column counts characters, a tab as one.
(add-hook 'compilation-mode-hook (lambda () (setq-local compilation-error-screen-columns nil)))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(plumb-mode "plumbrule" "lsp")))

(provide 'plumb-mode)
;;; plumb-mode.el ends here
