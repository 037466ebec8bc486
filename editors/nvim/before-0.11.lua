-- Neovim 0.7 to 0.10: one server for all proposals, started with the first.
vim.cmd('autocmd BufRead,BufNewFile *.plumb setlocal filetype=plumb')
local client
vim.api.nvim_create_autocmd('FileType', {
  pattern = 'plumb',
  callback = function(event)
    client = client or vim.lsp.start_client({ name = 'plumbrule', cmd = { 'plumbrule', 'lsp' } })
    vim.lsp.buf_attach_client(event.buf, client)
  end,
})
