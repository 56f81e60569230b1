#include "runner/app/config.hpp"

namespace assay::app {

namespace {

OrderedJson text(std::string_view description, OrderedJson examples = OrderedJson::array()) {
  OrderedJson schema{{"type", "string"}, {"description", description}};
  if (!examples.empty()) schema["examples"] = std::move(examples);
  return schema;
}

OrderedJson number(std::string_view description) {
  return {{"type", "number"}, {"minimum", 0}, {"description", description}};
}

OrderedJson integer(std::string_view description, int least) {
  return {{"type", "integer"}, {"minimum", least}, {"description", description}};
}

OrderedJson object(std::string_view description, OrderedJson properties) {
  return {{"type", "object"},
          {"description", description},
          {"additionalProperties", false},
          {"properties", std::move(properties)}};
}

OrderedJson duration(std::string_view description) {
  return {{"type", "string"},
          {"pattern", "^[0-9.]+(ms|s|m|h|d)$"},
          {"description", description},
          {"examples", {"500ms", "5s", "2m"}}};
}

OrderedJson text_map(std::string_view description) {
  return {{"type", "object"},
          {"description", description},
          {"additionalProperties", {{"type", {"string", "number", "boolean"}}}}};
}

OrderedJson timeout_schema() {
  return object("Deadlines of one attempt.",
                {{"connect", duration("To a usable connection: DNS, TCP, proxy and TLS. Default 5s.")},
                 {"first_token", duration("To the first content of a streamed answer. Default 30s.")},
                 {"idle", duration("Between two arrivals of a streamed answer. Default 15s.")},
                 {"total", duration("Of the whole attempt. Default 120s.")}});
}

OrderedJson prompts_schema() {
  auto file = object("The messages that replace those of the suites with this prompt.",
                     {{"file", text("YAML messages, or a .txt file with one user message.")}});
  return {{"type", "object"}, {"description", "By prompt name."}, {"additionalProperties", std::move(file)}};
}

OrderedJson limits_schema() {
  OrderedJson concurrency{{"description", "Attempts in flight: `auto` finds what the endpoint bears. Default auto."},
                          {"oneOf", {{{"const", "auto"}}, {{"type", "integer"}, {"minimum", 1}, {"maximum", 65536}}}},
                          {"examples", {"auto", 16}}};
  auto per_minute = [](std::string_view description) {
    return OrderedJson{{"type", "number"}, {"minimum", 1}, {"description", description}};
  };
  return object("What the target bears, and what it may spend.",
                {{"concurrency", std::move(concurrency)},
                 {"requests_per_minute", per_minute("Attempts. Default: no bound.")},
                 {"tokens_per_minute", per_minute("Input and output tokens. Default: no bound.")},
                 {"max_tokens", integer("Input and output tokens of one run: then it stops. Default: no bound.", 1)},
                 {"max_tokens_per_case", integer("Input and output tokens of one sample. Default: no bound.", 1)}});
}

OrderedJson one_or_many(std::string_view description) {
  return {{"description", description},
          {"oneOf", {{{"type", "string"}}, {{"type", "array"}, {"items", {{"type", "string"}}}}}}};
}

OrderedJson reply_schema() {
  auto reply = object("api: http: where the answer's parts stand in the reply's JSON.",
                      {{"answer", text("Path of the answer.", {"$.answer"})},
                       {"contexts", text("Path of the passages it was made from.", {"$.docs[*].text"})},
                       {"input_tokens", text("Path of a count.", {"$.usage.input_tokens"})},
                       {"output_tokens", text("Path of a count.", {"$.usage.output_tokens"})},
                       {"model", text("Path of the model that served it.", {"$.model"})}});
  reply["required"] = {"answer"};
  return reply;
}

// The keys that targets and judges share.
OrderedJson target_schema(bool judge) {
  auto price = object("USD per million tokens; without it the cost is unknown.",
                      {{"input_per_mtok", number("Input tokens.")},
                       {"output_per_mtok", number("Output tokens.")},
                       {"cached_per_mtok", number("Cached input tokens; default: as input tokens.")}});
  price["required"] = {"input_per_mtok", "output_per_mtok"};
  auto retries = object("After the first attempt.",
                        {{"max", integer("Retries. Default 5.", 0)},
                         {"backoff", text("Range of the delay with full jitter.", {"500ms..30s"})},
                         {"max_wait", duration("A longer wait asked for is final at once. Default 2m.")}});
  OrderedJson apis{"openai-chat", "http", "command"};
  if (judge) apis.push_back("openai-embeddings");
  auto target =
      object(judge ? "Who is asked about answers." : "A model behind an address, an application or a program.",
             {{"extends",
               text(judge ? "Another judge whose keys are taken over." : "Another target whose keys are taken over.")},
              {"api", {{"enum", std::move(apis)}, {"description", "The protocol. Default openai-chat."}}},
              {"url", text("Base URL, or `stub:FILE` for the embedded endpoint.", {"http://127.0.0.1:8080/v1"})},
              {"model", text("The model's id.")},
              {"served_model", text("Where set, another model in a reply is an ERROR.")},
              {"api_key_env", text("Environment variable that holds the key.", {"LLM_KEY"})},
              {"api_key_file",
               text("File that holds the key and nothing else, instead of api_key_env.", {"/run/secrets/key"})},
              {"headers", text_map("Sent with every request; `${NAME}` reads the environment.")},
              {"ca_file", text("PEM file of a private certificate authority.")},
              {"params", {{"type", "object"}, {"description", "Passed on unchanged, on top of the suite's."}}},
              {"stream", {{"type", "boolean"}, {"description", "Default true."}}},
              {"price", std::move(price)},
              {"timeout", timeout_schema()},
              {"limits", limits_schema()},
              {"retries", std::move(retries)},
              {"body",
               {{"description",
                 "api: http: the request's JSON; its texts are templates over {{prompt}}, "
                 "{{system}}, {{messages}}, {{params}} and {{model}}."}}},
              {"reply", reply_schema()},
              {"command", one_or_many("api: command: the program and its arguments; no shell.")},
              {"env", one_or_many("api: command: variables that it gets beside PATH, HOME and LANG.")}});
  auto& properties = target["properties"];
  if (judge) {
    properties["output"] = {{"enum", {"auto", "json_schema", "text"}},
                            {"description",
                             "The form of its answers: `auto` asks with a JSON Schema, and for text "
                             "after a refusal. Default auto."}};
  } else {
    properties["prompts"] = prompts_schema();
  }
  return target;
}

}  // namespace

OrderedJson config_schema() {
  auto root = object(
      "Targets and judges, and where the suites and the policy are.",
      {{"version", {{"const", 1}, {"description", "The format's version."}}},
       {"targets", {{"type", "object"}, {"description", "By name."}, {"additionalProperties", target_schema(false)}}},
       {"judges", {{"type", "object"}, {"description", "By name."}, {"additionalProperties", target_schema(true)}}},
       {"suites", one_or_many("Suite files or patterns, relative to this file.")},
       {"gate", text("The policy's file.", {"gate.yaml"})},
       {"redact", one_or_many("RE2 patterns; what matches in an answer is replaced as it enters.")}});
  OrderedJson schema{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", "Assay configuration"}};
  for (const auto& [key, value] : root.items()) schema[key] = value;
  schema["required"] = {"version"};
  return schema;
}

}  // namespace assay::app
