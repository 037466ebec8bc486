-- Neovim 0.11 and later.
vim.filetype.add({ extension = { plumb = 'plumb' } })
vim.lsp.config('plumbrule', {
  cmd = { 'plumbrule', 'lsp' },
  filetypes = { 'plumb' },
  root_markers = { { 'portfolio.plumb', 'plumbrule.toml' }, '.git' },
})
vim.lsp.enable('plumbrule')
