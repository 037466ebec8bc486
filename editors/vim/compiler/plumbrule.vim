" `:compiler plumbrule`, then `:make`: all proposals below the current folder, findings in the quickfix list.
let current_compiler = 'plumbrule'
CompilerSet makeprg=plumbrule\ check\ --quiet\ --output-format\ concise
CompilerSet errorformat=%f:%l:%v:\ %t%*[a-z]%m
