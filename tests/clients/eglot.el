;;; Opens a proposal in Emacs with the package that is shipped, types, and prints what is shown.  -*- lexical-binding: t; -*-
(add-to-list 'load-path (expand-file-name "../../editors/emacs"))
(require 'plumb-mode)
(package-initialize)
(require 'eglot)
(require 'flymake)
(setq eglot-sync-connect 10 flymake-no-changes-timeout 0.1 eglot-send-changes-idle-time 0.05)

(defun shown ()
  "What is shown in the current buffer, sorted."
  (sort (mapcar (lambda (found)
                  (save-excursion
                    (goto-char (flymake-diagnostic-beg found))
                    (format "%s:%d \"%s\" %s" (flymake-diagnostic-type found) (line-number-at-pos)
                            (thing-at-point 'symbol)
                            (car (split-string (flymake-diagnostic-text found) "\n")))))
                (flymake-diagnostics))
        #'string<))

(defun describe (title is-there)
  "Print under TITLE what is shown, once IS-THERE holds of it."
  ;; Without a user nothing is ever idle, which is when edits are sent.
  (eglot--signal-textDocument/didChange)
  (let ((until (+ (float-time) 20)))
    (while (and (< (float-time) until) (not (funcall is-there (shown))))
      (accept-process-output nil 0.05)
      (flymake-start)))
  (princ (format "%s\n%s\n" title (mapconcat #'identity (shown) "\n"))))

(defun any (words)
  "Whether some line holds WORDS."
  (lambda (lines) (seq-some (lambda (line) (string-match-p words line)) lines)))

(find-file "portfolio/red river.plumb")
(apply #'eglot (eglot--guess-contact))
(describe "opened" (any "comes from China"))
(goto-char (point-min))
(search-forward "supplier: kanto")
(insert "x")
(describe "misspelled" (any "named `kantox`"))
(delete-char -1)
(describe "mended" (any "comes from China"))
(set-buffer-modified-p nil)
