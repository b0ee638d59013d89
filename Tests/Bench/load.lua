-- wrk's side: `-- N` pipelines N requests at a time; the result is one line of JSON.
function init(arguments)
    local depth = tonumber(arguments[1] or "1")
    local requests = {}
    for index = 1, depth do requests[index] = wrk.format() end
    wrk_requests = table.concat(requests)
end

function request() return wrk_requests end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"requests": %d, "seconds": %.6f, "failures": %d, "p50_us": %d, "p99_us": %d}\n',
        summary.requests, summary.duration / 1e6,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
