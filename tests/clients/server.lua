-- Opens a proposal in Neovim with the settings that are shipped, types, and writes what is shown before and after,
-- in this file and in another.
local ok = vim.fn.has('nvim-0.11') == 1
dofile('../../editors/nvim/' .. (ok and 'plumbrule.lua' or 'before-0.11.lua'))
vim.cmd('filetype on')
vim.cmd('cd portfolio')
vim.cmd('edit suppliers/kanto.plumb')
local kanto = vim.api.nvim_get_current_buf()
vim.cmd('split red\\ river.plumb')
local river = vim.api.nvim_get_current_buf()
local lines = {}

local function shown()
  local found = vim.diagnostic.get(nil)
  table.sort(found, function(a, b)
    local key = function(d) return string.format('%d %05d %05d %s', d.bufnr, d.lnum, d.col, d.code or d.message) end
    return key(a) < key(b)
  end)
  return found
end

local function describe(title)
  table.insert(lines, title)
  for _, d in ipairs(shown()) do
    local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(d.bufnr), ':.')
    local word = ''
    if vim.api.nvim_buf_is_loaded(d.bufnr) then
      local line = vim.api.nvim_buf_get_lines(d.bufnr, d.lnum, d.lnum + 1, true)[1]
      word = line:sub(d.col + 1):match('^[%w-]*')
    end
    local code = d.code or d.user_data.lsp.code
    table.insert(lines, string.format('%d %s:%d "%s" [%s]: %s', d.severity, name, d.lnum + 1, word, code, d.message:match('^[^\n]*')))
  end
end

local function await(condition) assert(vim.wait(20000, condition, 20), 'nothing was shown in time') end
local function any(code)
  for _, d in ipairs(shown()) do
    if (d.code or d.user_data.lsp.code) == code then return true end
  end
end

local passed, failure = pcall(function()
  await(function() return any('covered-input-transitive') and any('empty-proposal') end)
  describe('opened')
  -- The supplier at the end of the chain moves: what is said of the plant in the other file goes.
  vim.api.nvim_buf_set_text(kanto, 1, 29, 1, 34, { 'Estonia' })
  await(function() return not any('covered-input-transitive') end)
  describe('changed')
  vim.api.nvim_buf_set_lines(kanto, 1, 2, true, {})
  await(function() return any('undefined-reference') end)
  describe('removed')
end)
if not passed then table.insert(lines, tostring(failure)) end
vim.fn.writefile(lines, os.getenv('OUT'))
vim.cmd('qall!')
