-- Sends the bodies of a file in turn: init(file, path, start, header, value, …). Prints one line of JSON at the end.
local requests = {}
local at = 0

function init(args)
  local headers = {}
  for i = 4, #args, 2 do headers[args[i]] = args[i + 1] end
  for body in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("POST", args[2], headers, body)
  end
  at = tonumber(args[3]) % #requests
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency, _)
  local e = summary.errors
  print(string.format(
    'RESULT {"requests": %d, "microseconds": %d, "bytes": %d, "p50": %f, "p99": %f, "errors": %d}',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
