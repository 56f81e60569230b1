#include <assay/suites/suite.hpp>

namespace assay::suites {

namespace {

// The part of the schema that no table changes. Checks are put into `definitions/check`.
constexpr const char* kSchema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "Assay suite",
  "description": "A golden suite: cases, the prompt they are put into, and the checks that score the answers.",
  "type": "object",
  "required": ["version", "suite", "messages"],
  "anyOf": [{"required": ["cases"]}, {"required": ["dataset"]}],
  "additionalProperties": false,
  "properties": {
    "version": {
      "title": "Format", "description": "The version of this file's format.", "type": "integer", "const": 1, "examples": [1]
    },
    "suite": {
      "title": "Id", "description": "The suite's id: what history, gates and reports call it.",
      "$ref": "#/definitions/name", "examples": ["capitals"]
    },
    "kind": {
      "title": "Kind", "description": "What the suite does with a case; golden asks once and scores the answer.",
      "enum": ["golden"], "default": "golden", "examples": ["golden"]
    },
    "description": {
      "title": "Description", "description": "What the suite is for; shown to people, never used.",
      "$ref": "#/definitions/scalar", "examples": ["Capitals of the world, one word each"]
    },
    "prompt": {
      "title": "Prompt", "description": "The prompt's name, by which targets replace it. Default: the suite's id.",
      "$ref": "#/definitions/name", "examples": ["capitals"]
    },
    "owners": {
      "title": "Owners", "description": "Who answers for the suite, by role.", "type": "object",
      "additionalProperties": {"$ref": "#/definitions/scalar"}, "examples": [{"quality": "geo-team", "platform": "ml-platform"}]
    },
    "floor": {
      "title": "Floor", "description": "The least pass rate, 0 to 1: a gate with id `floor`, unless the policy has one for this suite.",
      "type": "number", "minimum": 0, "maximum": 1, "examples": [0.8]
    },
    "messages": {
      "title": "Messages", "description": "The prompt: a template over each case's vars, or a file that holds it.",
      "anyOf": [
        {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/message"}},
        {
          "type": "object", "required": ["file"], "additionalProperties": false,
          "properties": {
            "file": {
              "title": "File", "description": "YAML with messages, or .txt with one user message; relative to this file.",
              "$ref": "#/definitions/text", "examples": ["../prompts/capital.yaml"]
            }
          }
        }
      ],
      "examples": [[{"system": "Answer with one word."}, {"user": "What is the capital of {{country}}?"}]]
    },
    "include": {
      "title": "Include", "description": "Files with shared checks (`version: 1` and `checks: {name: [...]}`), relative to this file.",
      "$ref": "#/definitions/texts", "examples": [["../common/checks.yaml"]]
    },
    "defaults": {
      "title": "Defaults", "description": "What holds for every case.", "type": "object", "additionalProperties": false,
      "properties": {
        "samples": {
          "title": "Samples", "description": "How often each case is asked.",
          "type": "integer", "minimum": 1, "maximum": 10000, "default": 1, "examples": [1, 5]
        },
        "params": {
          "title": "Parameters", "description": "Passed on to the endpoint unchanged; targets and --set override single keys.",
          "type": "object", "examples": [{"temperature": 0, "max_tokens": 256}]
        },
        "checks": {
          "title": "Checks", "description": "Checks of every case; a case's own are added.",
          "$ref": "#/definitions/checks", "examples": [[{"latency": {"max": "30s"}}]]
        }
      },
      "examples": [{"samples": 1, "params": {"temperature": 0}, "checks": [{"latency": {"max": "30s"}}]}]
    },
    "cases": {
      "title": "Cases", "description": "Cases written here; those of the data set come after them.",
      "type": "array", "minItems": 1, "items": {"$ref": "#/definitions/case"},
      "examples": [[{"id": "fr", "vars": {"country": "France"}, "checks": [{"contains": "Paris"}]}]]
    },
    "dataset": {
      "title": "Data set", "description": "A file of records, one case each; its fields become vars.",
      "$ref": "#/definitions/dataset", "examples": [{"file": "../data/support.csv", "id": "{{ticket}}", "tags": ["severity"]}]
    }
  },
  "definitions": {
    "scalar": {"type": ["string", "number", "boolean"]},
    "text": {"type": ["string", "number", "boolean"], "minLength": 1},
    "texts": {"anyOf": [{"$ref": "#/definitions/text"}, {"type": "array", "items": {"$ref": "#/definitions/text"}}]},
    "name": {"type": ["string", "number", "boolean"], "pattern": "^[A-Za-z0-9._-]+$", "maxLength": 128},
    "tags": {
      "title": "Tags", "description": "Properties to slice and filter by; matched as text.", "type": "object",
      "additionalProperties": {"$ref": "#/definitions/scalar"}, "examples": [{"continent": "europe", "severity": "critical"}]
    },
    "message": {
      "title": "Message", "description": "`author: text`, `{role, content}`, or a splice.",
      "type": "object", "additionalProperties": false,
      "properties": {
        "system": {"title": "System", "description": "A system message.", "$ref": "#/definitions/text", "examples": ["Answer with one word."]},
        "developer": {"title": "Developer", "description": "A developer message.", "$ref": "#/definitions/text", "examples": ["Be brief."]},
        "user": {"title": "User", "description": "A user message.", "$ref": "#/definitions/text", "examples": ["What is the capital of {{country}}?"]},
        "assistant": {"title": "Assistant", "description": "An earlier answer.", "$ref": "#/definitions/text", "examples": ["Paris"]},
        "role": {
          "title": "Role", "description": "Who says it.", "enum": ["system", "developer", "user", "assistant"], "examples": ["user"]
        },
        "content": {"title": "Content", "description": "What is said.", "$ref": "#/definitions/text", "examples": ["{{question}}"]},
        "splice": {
          "title": "Splice", "description": "One variable that holds a list of {role, content}: a case's own messages.",
          "type": "string", "pattern": "^\\s*\\{\\{[^#/^{}]+\\}\\}\\s*$", "examples": ["{{history}}"]
        }
      },
      "dependencies": {"role": ["content"], "content": ["role"]},
      "oneOf": [
        {"required": ["system"]}, {"required": ["developer"]}, {"required": ["user"]}, {"required": ["assistant"]},
        {"required": ["role"]}, {"required": ["splice"]}
      ],
      "examples": [{"user": "What is the capital of {{country}}?"}, {"role": "user", "content": "{{question}}"}, {"splice": "{{history}}"}]
    },
    "case": {
      "title": "Case", "description": "One question and what its answer must satisfy.",
      "type": "object", "required": ["id"], "additionalProperties": false,
      "properties": {
        "id": {
          "title": "Id", "description": "Unique within the suite; runs are compared by it.",
          "type": ["string", "number", "boolean"], "minLength": 1, "maxLength": 256, "pattern": "\\S", "examples": ["fr"]
        },
        "vars": {
          "title": "Vars", "description": "Values for the templates.", "type": "object", "examples": [{"country": "France"}]
        },
        "tags": {"$ref": "#/definitions/tags"},
        "cluster": {
          "title": "Cluster", "description": "Shared by cases made from one source (document, conversation, customer); a category is a tag.",
          "$ref": "#/definitions/scalar", "examples": ["atlas-p12"]
        },
        "checks": {
          "title": "Checks", "description": "Checks of this case, added to those of `defaults`.",
          "$ref": "#/definitions/checks", "examples": [[{"contains": "Paris"}]]
        }
      },
      "examples": [{"id": "fr", "vars": {"country": "France"}, "checks": [{"contains": "Paris"}]}]
    },
    "dataset": {
      "type": "object", "required": ["file"], "additionalProperties": false,
      "properties": {
        "file": {
          "title": "File", "description": ".jsonl, .json, .csv or .yaml in UTF-8, relative to this file.",
          "$ref": "#/definitions/text", "examples": ["../data/support.csv"]
        },
        "id": {
          "title": "Id", "description": "Template of a case's id; without it, the record's `id`, or 12 digits of its digest. {{row}} counts from 1.",
          "type": "string", "pattern": "\\{\\{", "examples": ["{{ticket}}"]
        },
        "tags": {"title": "Tags", "description": "Fields that are tags.", "$ref": "#/definitions/texts", "examples": [["severity", "intent"]]},
        "cluster": {"title": "Cluster", "description": "The field that names the cluster.", "$ref": "#/definitions/text", "examples": ["customer"]},
        "parse": {
          "title": "Parse", "description": "Text fields to read as json, number or list (split at ;).", "type": "object",
          "additionalProperties": {"enum": ["json", "number", "list"]}, "examples": [{"expected": "json", "keywords": "list"}]
        },
        "delimiter": {
          "title": "Delimiter", "description": "What separates the fields of a CSV file: one character, or \\t.",
          "type": "string", "pattern": "^([^\"A-Za-z0-9\\r\\n]|\\\\t)$", "default": ",", "examples": [";", "\t"]
        },
        "limit": {"title": "Limit", "description": "Reads the first records only.", "type": "integer", "minimum": 1, "examples": [100]}
      }
    },
    "checks": {"type": "array", "items": {"$ref": "#/definitions/check"}},
    "check": {
      "title": "Check", "description": "One check: its name and its argument.",
      "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": false,
      "properties": {
        "use": {
          "title": "Use", "description": "The name of shared checks from an included file.",
          "$ref": "#/definitions/text", "examples": ["polite"]
        }
      },
      "examples": [{"contains": "Paris"}, {"use": "polite"}]
    }
  }
})json";

// Draft-07 ignores everything beside a `$ref`, so title, description and examples go around it.
void wrap_references(OrderedJson& node) {
  if (node.is_array()) {
    for (auto& item : node) wrap_references(item);
    return;
  }
  if (!node.is_object()) return;
  for (auto& [key, value] : node.items()) {
    if (key != "examples") wrap_references(value);
  }
  if (node.size() < 2 || !node.contains("$ref")) return;
  OrderedJson wrapped = OrderedJson::object();
  for (auto& [key, value] : node.items()) {
    if (key == "$ref") {
      wrapped["allOf"] = OrderedJson::array({OrderedJson{{"$ref", value}}});
    } else {
      wrapped[key] = std::move(value);
    }
  }
  node = std::move(wrapped);
}

OrderedJson check_schema(const CheckSchema& check) {
  OrderedJson schema = OrderedJson::object();
  schema["title"] = check.name;
  schema["description"] = check.doc;
  if (check.schema.is_object() && !check.schema.contains("description") && !check.schema.contains("$ref")) {
    for (const auto& [key, value] : check.schema.items()) schema[key] = OrderedJson(value);
  } else {
    schema["allOf"] = OrderedJson::array();
    schema["allOf"].push_back(OrderedJson(check.schema));
  }
  return schema;
}

}  // namespace

OrderedJson suite_schema(const std::vector<CheckSchema>& checks) {
  auto schema = OrderedJson::parse(kSchema);
  wrap_references(schema);
  auto& properties = schema["definitions"]["check"]["properties"];
  for (const auto& check : checks) properties[check.name] = check_schema(check);
  return schema;
}

}  // namespace assay::suites
