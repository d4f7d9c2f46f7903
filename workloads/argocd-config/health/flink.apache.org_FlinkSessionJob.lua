-- A session job is healthy when its lifecycle is STABLE and its job runs or is finished.
-- Suspended as Git asks is healthy: a sync waits for "Healthy" and takes no newer commit while it
-- waits, so the commit that resumes the job would never be applied. A job that was created suspended
-- is never reconciled at all: its status stays empty.
local reconciled = ((obj.status or {}).reconciliationStatus or {}).lastReconciledSpec
local suspended = (obj.status or {}).lifecycleState == "SUSPENDED"
if ((obj.spec or {}).job or {}).state == "suspended" and (reconciled == nil or suspended) then
  local health = {}
  health.status = "Healthy"
  health.message = "Job is suspended, as Git asks"
  return health
end

local health = {}
local status = obj.status

if status == nil then
  health.status = "Progressing"
  health.message = "Waiting for the Flink operator to report"
  return health
end

-- A status of an older generation says nothing about what Git asks for now.
if status.observedGeneration ~= nil and status.observedGeneration < obj.metadata.generation then
  health.status = "Progressing"
  health.message = "Waiting for generation " .. tostring(obj.metadata.generation)
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

if status.lifecycleState == "FAILED" or status.lifecycleState == "ROLLED_BACK" then
  health.status = "Degraded"
  health.message = "Lifecycle state is " .. status.lifecycleState
  return health
end

if status.lifecycleState == "SUSPENDED" then
  health.status = "Suspended"
  health.message = "Suspended, though Git asks for a running job"
  return health
end

if status.lifecycleState == "STABLE" and (state == "RUNNING" or state == "FINISHED") then
  health.status = "Healthy"
  health.message = "Job is " .. state
  return health
end

health.status = "Progressing"
health.message = "Lifecycle state is " .. (status.lifecycleState or "not reported")
  .. ", job is " .. (state or "not submitted")
return health
