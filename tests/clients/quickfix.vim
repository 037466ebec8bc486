" Makes findings a quickfix list with the settings that are shipped, visits each, and writes what is under the
" cursor there.
set nomore encoding=utf-8
source ../../editors/vim/plumbrule.vim
cd portfolio
edit suppliers/kanto.plumb
silent make
let severities = {'e': 'error', 'w': 'warning', 'n': 'note'}
let lines = []
for number in range(1, len(getqflist()))
  execute 'cc' number
  let item = getqflist()[number - 1]
  let word = matchstr(strpart(getline('.'), col('.') - 1), '^[a-z-]*')
  call add(lines, printf('%s %s:%d "%s" %s', severities[item.type], bufname('%'), line('.'), word, item.text))
endfor
call writefile(lines, $OUT)
qall!
