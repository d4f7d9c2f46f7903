-- An application is healthy when its job does what Git asks for: runs, is finished, or is suspended.
-- "Suspended" would be an honest word for the last, but a sync waits for "Healthy" and takes no newer
-- commit while it waits: the commit that resumes the job would never be applied.
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

if status.error ~= nil and status.error ~= "" then
  health.status = "Degraded"
  health.message = status.error
  return health
end

local state = (status.jobStatus or {}).state

if state == "FAILED" or state == "FAILING" then
  health.status = "Degraded"
  health.message = "Job is " .. state
  return health
end

if state == "RUNNING" or state == "FINISHED" or state == "SUSPENDED" then
  health.status = "Healthy"
  health.message = "Job is " .. state
  return health
end

-- A job that was created suspended never gets a state.
local asked = ((obj.spec or {}).job or {}).state
if state == nil and asked == "suspended" then
  health.status = "Healthy"
  health.message = "Job is suspended, as Git asks"
  return health
end

health.status = "Progressing"
health.message = "Job is " .. (state or "not deployed yet")
return health
