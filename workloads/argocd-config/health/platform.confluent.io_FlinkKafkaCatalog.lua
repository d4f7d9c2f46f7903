-- A catalog is healthy once CMF holds it. status.environmentsWithAccess is no sign of health: it
-- is often unset on a catalog that works.
local health = {}
local status = obj.status

if status == nil then
  health.status = "Progressing"
  health.message = "Waiting for Confluent for Kubernetes to report"
  return health
end

-- A status of an older generation says nothing about what Git asks for now.
if status.observedGeneration ~= nil and status.observedGeneration < obj.metadata.generation then
  health.status = "Progressing"
  health.message = "Waiting for generation " .. tostring(obj.metadata.generation)
  return health
end

if status.cfkInternalState == "FAILED" then
  health.status = "Degraded"
  health.message = "Confluent for Kubernetes could not process the resource"
  return health
end

local sync = status.cmfSync or {}

if sync.status == "Failed" then
  health.status = "Degraded"
  health.message = sync.errorMessage or "CMF refused the resource"
  return health
end

if sync.status ~= "Created" then
  health.status = "Progressing"
  health.message = "CMF: " .. (sync.status or "not sent yet")
  return health
end

health.status = "Healthy"
health.message = "Known to CMF"
return health
