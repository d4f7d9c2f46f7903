-- A statement is healthy once CMF has accepted it, until its phase says that it failed. PENDING may
-- stay in status.phase while the statement runs, and COMPLETED is the good end of a DDL statement: one
-- that others wait for says so with the annotation overlaykit.io/healthy-when.
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

if status.phase == "FAILED" or status.phase == "FAILING" then
  health.status = "Degraded"
  health.message = status.detail or ("Statement is " .. status.phase)
  return health
end

local awaited = (obj.metadata.annotations or {})["overlaykit.io/healthy-when"]

if awaited ~= nil and status.phase ~= awaited then
  health.status = "Progressing"
  health.message = "Waiting for phase " .. awaited .. ", now " .. (status.phase or "not reported")
  return health
end

health.status = "Healthy"
health.message = "Accepted by CMF, phase " .. (status.phase or "not reported")
return health
