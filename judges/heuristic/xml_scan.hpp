#pragma once
/// XML 1.0, as far as well-formedness goes.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace assay::judges {

struct XmlFault {
  std::size_t at = 0;  ///< byte offset
  std::string message;
};

/// The first reason why `text` is no well-formed XML 1.0 document in UTF-8; nothing if it is one. Linear, without
/// recursion. A document type (`<!DOCTYPE`) is refused, so that the five predefined entities and character references
/// are all there are. Namespace prefixes are part of the names.
[[nodiscard]] std::optional<XmlFault> find_xml_fault(std::string_view text);

}  // namespace assay::judges
