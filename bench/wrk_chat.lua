-- Posts one small chat request over and over: what an endpoint can serve at most.
--   assay stub --port 8080 &
--   wrk -t1 -c32 -d10s -s bench/wrk_chat.lua http://127.0.0.1:8080/v1/chat/completions
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [[{"model":"stub","messages":[{"role":"system","content":"Answer with one word."},]] ..
           [[{"role":"user","content":"What is the capital of France?"}],"temperature":0,"max_tokens":16}]]
