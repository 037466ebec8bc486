;;; Runs the compile command of the package that is shipped, visits each finding, and prints what is there.
(add-to-list 'load-path (expand-file-name "../../editors/emacs"))
(require 'plumb-mode)
(require 'text-property-search)

(defvar folder (expand-file-name "portfolio/"))

(defun visited (message)
  "The line that tells of one MESSAGE of the compilation buffer, at point."
  (let ((type (nth (compilation--message->type message) '("note" "warning" "error")))
        (text (buffer-substring-no-properties (point) (line-end-position))))
    (save-current-buffer
      (compile-goto-error)
      (format "%s %s:%d \"%s\" %s\n" type (file-relative-name buffer-file-name folder) (line-number-at-pos)
              (thing-at-point 'symbol) (replace-regexp-in-string "^[^[]*" "" text)))))

(let ((default-directory folder))
  (with-current-buffer (compile plumb-compile-command)
    (while (process-live-p (get-buffer-process (current-buffer)))
      (accept-process-output nil 0.1))
    (compilation--ensure-parse (point-max))
    (goto-char (point-min))
    (let (match)
      (while (setq match (text-property-search-forward 'compilation-message))
        (save-excursion
          (goto-char (prop-match-beginning match))
          (princ (visited (prop-match-value match))))))))
