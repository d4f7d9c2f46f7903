-- A REST class is not sent to CMF: it has no status.cmfSync, only a state and conditions.
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

if status.state == "FAILED" or status.state == "ERROR" then
  health.status = "Degraded"
  health.message = "State is " .. status.state
  return health
end

health.status = "Healthy"
health.message = "Endpoint " .. (status.endpoint or "accepted")
return health
