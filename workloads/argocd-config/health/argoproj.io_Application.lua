-- Argo CD has no health check for its own Applications: without this one a root Application creates its
-- children one after the other and waits for none of them, whatever their waves say.
local health = {}
local status = obj.status or {}

if status.health == nil or status.health.status == nil then
  health.status = "Progressing"
  health.message = "Waiting for the first comparison"
  return health
end

-- An Application is "Healthy" as long as nothing of it exists yet.
local synced = status.sync ~= nil and status.sync.status == "Synced"
if status.operationState == nil and not synced then
  health.status = "Progressing"
  health.message = "Waiting for the first sync"
  return health
end

if status.operationState ~= nil and status.operationState.phase == "Running" then
  health.status = "Progressing"
  health.message = status.operationState.message or "Syncing"
  return health
end

if status.operationState ~= nil and not synced
    and (status.operationState.phase == "Failed" or status.operationState.phase == "Error") then
  health.status = "Degraded"
  health.message = status.operationState.message or "The sync failed"
  return health
end

-- Right after a change the health still belongs to the sources of before.
local function older(compared, wanted)
  return compared ~= nil and wanted ~= nil
    and (compared.repoURL ~= wanted.repoURL or compared.targetRevision ~= wanted.targetRevision
      or compared.path ~= wanted.path or compared.chart ~= wanted.chart)
end

local compared = (status.sync or {}).comparedTo or {}
local stale = older(compared.source, obj.spec.source)
for i, wanted in ipairs(obj.spec.sources or {}) do
  stale = stale or older((compared.sources or {})[i], wanted)
end
if stale then
  health.status = "Progressing"
  health.message = "Waiting for the comparison with the new sources"
  return health
end

health.status = status.health.status
health.message = status.health.message or ""
return health
