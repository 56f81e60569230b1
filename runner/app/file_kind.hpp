#pragma once
/// What kind of file a document is: it says so by the keys that only its kind has.

#include <assay/text/node.hpp>

namespace assay::app {

enum class FileKind { suite, config, policy, waivers, script, checks, unknown };

[[nodiscard]] FileKind kind_of_file(const text::Node& document);

}  // namespace assay::app
