#include <assay/stub/stub.hpp>

#include <string_view>

namespace assay::stub {

namespace {

/// Kept beside the reader of script.cpp and fault_reader.cpp; a test holds the two together.
constexpr std::string_view kSchema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "Assay stub script",
  "description": "A scripted OpenAI-compatible model: ordered rules, the first that matches answers.",
  "type": "object",
  "additionalProperties": false,
  "required": ["version", "rules"],
  "properties": {
    "version": {"const": 1, "description": "Of this format."},
    "model": {"$ref": "#/definitions/text", "description": "Served where a request names no model."},
    "models": {"$ref": "#/definitions/texts",
               "description": "The only models there are; another one gets 404. Absent: any name is served.",
               "examples": [["stable-1", "worse-1"]]},
    "seed": {"type": "integer", "minimum": 0, "default": 1, "description": "Of every draw."},
    "system_fingerprint": {"$ref": "#/definitions/text"},
    "latency": {"$ref": "#/definitions/latency"},
    "capacity": {"$ref": "#/definitions/capacity"},
    "refuse": {"oneOf": [{"$ref": "#/definitions/field"},
                         {"type": "array", "items": {"$ref": "#/definitions/field"}}],
               "description": "A request with one of these fields gets 400, as from a server that does not know it."},
    "rules": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/rule"},
              "description": "The first that matches a request answers it.",
              "examples": [[{"answer": "ok"}]]}
  },
  "definitions": {
    "scalar": {"type": ["string", "number", "boolean"]},
    "text": {"$ref": "#/definitions/scalar"},
    "texts": {"oneOf": [{"$ref": "#/definitions/scalar"},
                        {"type": "array", "items": {"$ref": "#/definitions/scalar"}}]},
    "field": {"enum": ["response_format", "logprobs"]},
    "duration": {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h|d)$", "examples": ["20ms", "1.5s"]},
    "headers": {"type": "object", "additionalProperties": {"$ref": "#/definitions/scalar"},
                "examples": [{"Retry-After": "1"}]},
    "match": {
      "description": "Every condition that is given must hold.",
      "type": "object", "additionalProperties": false,
      "anyOf": [{"required": ["contains"]}, {"required": ["equals"]}, {"required": ["regex"]}],
      "properties": {
        "contains": {"$ref": "#/definitions/text"},
        "equals": {"$ref": "#/definitions/text", "description": "White space at both ends is ignored."},
        "regex": {"$ref": "#/definitions/text", "description": "RE2, searched; its groups are {{0}}, {{1}}, …"},
        "ignore_case": {"type": "boolean", "default": false}
      }
    },
    "when": {
      "type": "object", "additionalProperties": false,
      "properties": {
        "model": {"$ref": "#/definitions/texts", "description": "The requested model: one of these."},
        "case": {"$ref": "#/definitions/texts",
                 "description": "The header x-assay-case, else metadata.case, else user of the request: one of these."},
        "stream": {"type": "boolean", "description": "Whether the request asks for a stream."},
        "response_format": {"type": "boolean",
                            "description": "Whether the request asks for another form than text, by a JSON Schema say."},
        "last_user": {"$ref": "#/definitions/match"},
        "any_message": {"$ref": "#/definitions/match"},
        "prompt": {"$ref": "#/definitions/match", "description": "All messages, a line end between two."},
        "system": {"$ref": "#/definitions/match"}
      }
    },
    "latency": {
      "description": "How long an answer takes. A whole answer comes after the time that its stream would take.",
      "type": "object", "additionalProperties": false,
      "properties": {
        "ttft": {"$ref": "#/definitions/duration", "description": "Before the first token."},
        "per_token": {"$ref": "#/definitions/duration", "description": "Before each further token."},
        "tokens_per_second": {"type": "number", "minimum": 0.001, "description": "Instead of per_token."},
        "fixed": {"$ref": "#/definitions/duration", "description": "One wait, then everything at once."},
        "jitter": {"type": "number", "minimum": 0, "maximum": 1,
                   "description": "Each wait is multiplied by a uniform draw from [1 - jitter, 1 + jitter]."},
        "slow": {"type": "object", "additionalProperties": false,
                 "description": "A share of the requests takes factor times as long.",
                 "properties": {"share": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.05},
                                "factor": {"type": "number", "minimum": 1, "maximum": 1000, "default": 10}}}
      }
    },
    "capacity": {
      "description": "What the endpoint bears, over all models. Beyond it requests get 429, or wait for a worker.",
      "type": "object", "additionalProperties": false,
      "anyOf": [{"required": ["concurrent"]}, {"required": ["workers"]}, {"required": ["requests_per_minute"]},
                {"required": ["tokens_per_minute"]}],
      "properties": {
        "concurrent": {"type": "integer", "minimum": 1, "maximum": 1000000,
                       "description": "Requests under way at once; one more gets 429 at once."},
        "workers": {"type": "integer", "minimum": 1, "maximum": 1000000,
                    "description": "Answers made at once; the others wait in line, as at a local server."},
        "requests_per_minute": {"type": "number", "minimum": 0.001, "maximum": 1e9},
        "tokens_per_minute": {"type": "number", "minimum": 0.001, "maximum": 1e12,
                              "description": "The words of the messages, and the answer's output tokens."},
        "burst": {"$ref": "#/definitions/duration",
                  "description": "A rate's bucket holds what comes in this time (default: 1s), and at least 1."},
        "retry_after": {"oneOf": [{"type": "boolean"}, {"$ref": "#/definitions/duration"}],
                        "description": "A time, or true for 1s: said also to what is too many at once. false: said never."}
      },
      "examples": [{"concurrent": 200, "requests_per_minute": 3000}]
    },
    "rule": {
      "type": "object", "additionalProperties": false,
      "anyOf": [{"required": ["answer"]}, {"required": ["answers"]}, {"required": ["answers_from"]},
                {"required": ["tool_calls"]}, {"required": ["refusal"]}, {"required": ["fault"]}],
      "properties": {
        "when": {"$ref": "#/definitions/when", "description": "Absent: every request."},
        "times": {"type": "integer", "minimum": 1, "maximum": 1000000,
                  "description": "Only the first so many times that the same request is seen."},
        "probability": {"type": "number", "minimum": 0, "maximum": 1, "default": 1,
                        "description": "Else the next rule is tried."},
        "answer": {"$ref": "#/definitions/text",
                   "description": "A template: {{0}} … {{9}}, {{last_user}}, {{prompt}}, {{system}}, {{model}}, {{case}}."},
        "answers": {"$ref": "#/definitions/texts", "description": "One of them is drawn."},
        "answers_from": {
          "type": "object", "additionalProperties": false, "required": ["file", "match", "answer"],
          "description": "Answers by the exact last user message; a message that is not in the file falls through.",
          "properties": {
            "file": {"type": "string", "description": ".jsonl, .json or .yaml; relative to the script."},
            "match": {"$ref": "#/definitions/text", "description": "A template over a record's fields: the message."},
            "answer": {"$ref": "#/definitions/text", "description": "A template over a record's fields."},
            "where": {"type": "object", "additionalProperties": {"$ref": "#/definitions/scalar"},
                      "description": "Only the records with these field values."}
          }
        },
        "tool_calls": {
          "type": "array",
          "items": {"type": "object", "additionalProperties": false, "required": ["name"],
                    "properties": {"name": {"$ref": "#/definitions/text"},
                                   "arguments": {"description": "A mapping, or text that is sent as it is."}}}
        },
        "refusal": {"$ref": "#/definitions/text"},
        "reasoning": {"$ref": "#/definitions/text", "description": "reasoning_content, before the answer."},
        "finish_reason": {"$ref": "#/definitions/text", "examples": ["length", "content_filter"]},
        "served_model": {"$ref": "#/definitions/text", "description": "The model that the answer names."},
        "logprobs": {
          "description": "How likely the answer's tokens are, where a request asks: natural logarithms.",
          "type": "object", "additionalProperties": false,
          "properties": {
            "each": {"type": "number", "minimum": -10000, "maximum": 0, "default": 0,
                     "description": "Of a token that is none of the choices."},
            "choices": {"type": "object", "minProperties": 1,
                        "additionalProperties": {"type": "number", "minimum": -10000, "maximum": 0},
                        "description": "What could stand where one of them does."}
          },
          "examples": [{"choices": {"4": -0.2, "5": -1.7}}]
        },
        "usage": {"oneOf": [
          {"const": false},
          {"type": "object", "additionalProperties": false,
           "properties": {"input_tokens": {"type": "integer", "minimum": 0},
                          "output_tokens": {"type": "integer", "minimum": 0},
                          "cached_tokens": {"type": "integer", "minimum": 0}}}]},
        "latency": {"$ref": "#/definitions/latency", "description": "Instead of the script's."},
        "headers": {"$ref": "#/definitions/headers"},
        "fault": {"$ref": "#/definitions/fault"}
      }
    },
    "point": {"enum": ["before", "within"]},
    "fault": {
      "description": "What goes wrong: one kind.",
      "type": "object", "additionalProperties": false,
      "oneOf": [{"required": ["status"]}, {"required": ["reset"]}, {"required": ["stall"]}, {"required": ["close"]},
                {"required": ["truncate"]}, {"required": ["malformed"]}, {"required": ["content_type"]},
                {"required": ["huge"]}, {"required": ["trickle"]}],
      "properties": {
        "status": {"type": "integer", "minimum": 200, "maximum": 599},
        "headers": {"$ref": "#/definitions/headers"},
        "body": {"type": "string", "description": "With status and content_type."},
        "reset": {"$ref": "#/definitions/point", "description": "RST before or within the answer."},
        "stall": {"$ref": "#/definitions/point", "description": "Nothing more, the connection stays open."},
        "close": {"$ref": "#/definitions/point", "description": "FIN before or within the answer."},
        "truncate": {"description": "Sends a part of the body, then closes.",
                     "oneOf": [{"type": "number", "minimum": 0, "maximum": 1},
                               {"type": "object", "additionalProperties": false, "required": ["bytes"],
                                "properties": {"bytes": {"type": "integer", "minimum": 0}}}]},
        "malformed": {"enum": ["json", "sse", "no_done"]},
        "content_type": {"type": "string", "examples": ["text/html"]},
        "huge": {"oneOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[0-9]+(kB|MB)?$"}],
                 "examples": ["10MB"]},
        "trickle": {"type": "object", "additionalProperties": false, "required": ["every"],
                    "properties": {"bytes": {"type": "integer", "minimum": 1, "default": 1},
                                   "every": {"$ref": "#/definitions/duration"}}}
      }
    }
  }
})json";

}  // namespace

OrderedJson script_schema() {
  return OrderedJson::parse(kSchema);
}

}  // namespace assay::stub
