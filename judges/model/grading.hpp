#pragma once
/// What the checks that grade one answer as a whole show the judge beside it: criteria, a reference, what was asked.
/// Unlike the checks of retrieval (inputs.hpp) they take nothing from a case's vars unless an option names it.

#include "judges/model/inputs.hpp"
#include "judges/model/inquiry.hpp"
#include "judges/options.hpp"

#include <assay/core/check.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace assay::judges {

/// Where the texts beside the answer come from. Const and thread-safe.
struct Material {
  std::optional<Templated<std::string>> criteria;
  std::optional<Templated<std::string>> reference;
  bool conversation = false;  ///< all messages, else the last of the user
};

/// Reads `criteria`, `reference` and, where `sees`, `sees: answer | conversation`.
[[nodiscard]] Material read_material(OptionReader& reader, Need criteria, Need reference, bool sees);

/// Errors: what is templated cannot be rendered for this case.
[[nodiscard]] Result<void> verify_material(const Material& material, const Scope& scope);

/// The question `grade` with this prompt, in which the answer and the material are shown. Nothing, which ends the
/// inquiry, where they cannot be rendered or are too long to be judged.
[[nodiscard]] std::optional<Query> grading_query(Inquiry& inquiry, std::string_view prompt, const Material& material,
                                                 const CheckContext& context);

/// `: 'the reason'`, as an excerpt; "" without one.
[[nodiscard]] std::string because(std::string_view reason);

/// JSON Schemas of the options.
[[nodiscard]] Json criteria_schema(const std::string& description);
[[nodiscard]] Json reference_schema(const std::string& description);
[[nodiscard]] Json sees_schema();

}  // namespace assay::judges
