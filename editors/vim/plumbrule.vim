autocmd BufRead,BufNewFile *.plumb setlocal filetype=plumb commentstring=#\ %s
autocmd FileType plumb setlocal makeprg=plumbrule\ check\ --quiet\ --output-format\ concise
autocmd FileType plumb setlocal errorformat=%f:%l:%v:\ %t%*[a-z]%m
