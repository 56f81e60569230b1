#include "judges/heuristic/number_scan.hpp"
#include "tests/unit/judges/support.hpp"

#include <chrono>
#include <cmath>

namespace assay::judges {
namespace {

std::vector<double> numbers_in(std::string_view text) {
  std::vector<double> values;
  for (auto found = next_number(text, 0); found; found = next_number(text, found->end)) values.push_back(found->value);
  return values;
}

TEST(NumberScan, reads_numbers_as_people_write_them) {
  const std::vector<std::pair<std::string, std::vector<double>>> rows{
      {"4", {4}},
      {"-5", {-5}},
      {"+5", {5}},
      {"−5", {-5}},
      {"1,234", {1234}},
      {"1,234,567.89", {1234567.89}},
      {"12,5", {12, 5}},
      {"0,123", {0, 123}},
      {"1,2345", {1, 2345}},
      {"1234,567", {1234, 567}},
      {"1,234,5", {1234, 5}},
      {"3.14.", {3.14}},
      {".5", {0.5}},
      {"-.5", {-0.5}},
      {"5.", {5}},
      {"$80,000.", {80000}},
      {"-$5", {-5}},
      {"$-5", {-5}},
      {"€1,000.50 and £3", {1000.5, 3}},
      {"USD80 or US$90", {80, 90}},
      {"1e5", {100000}},
      {"1.5E-3", {0.0015}},
      {"2em", {2}},
      {"5-3", {5, 3}},
      {"5 - 3", {5, 3}},
      {"5 -3", {5, -3}},
      {"x=-3", {-3}},
      {"(2)-1", {2, 1}},
      {"(-2)", {-2}},
      {"--5", {5}},
      {"50%", {50}},
      {"2024-01-05", {2024, 1, 5}},
      {"H2O, v2.1, COVID-19", {19}},
      {"42km in 3.5h", {42, 3.5}},
      {"1.2.3", {1.2, 3}},
      {"#### 18", {18}},
      {"\\boxed{42}", {42}},
      {"**7**", {7}},
      {"答案是42个", {42}},
      {"<<3*4=12>>12", {3, 4, 12, 12}},
      {"no digits here - at all.", {}},
      {"", {}},
  };
  for (const auto& [text, values] : rows) {
    SCOPED_TRACE(text);
    EXPECT_EQ(numbers_in(text), values);
  }
}

TEST(NumberScan, reads_fractions_where_asked_to) {
  const std::vector<std::pair<std::string, std::vector<double>>> rows{
      {"3/4", {0.75}},
      {"-3/4", {-0.75}},
      {"1 1/2 cups", {1.5}},
      {"-1 1/2", {-1.5}},
      {"1½", {1.5}},
      {"½ and ⅔", {0.5, 2.0 / 3}},
      {"-½", {-0.5}},
      {"\\frac{3}{4}", {0.75}},
      {"x = -\\dfrac{-1}{2}.", {0.5}},
      {"\\frac{a}{2}", {2}},
      {"1/2/2024", {1, 2, 2024}},
      {"3/0", {3, 0}},
      {"1 5/4", {1, 1.25}},
      {"10/4", {2.5}},
      {"H2O ½ 7", {0.5, 7}},
      {"3/4.5", {3, 4.5}},
      {"7", {7}},
  };
  for (const auto& [text, values] : rows) {
    SCOPED_TRACE(text);
    const Notation notation{.fractions = true};
    std::vector<double> found;
    for (auto number = next_number(text, 0, notation); number; number = next_number(text, number->end, notation)) {
      found.push_back(number->value);
    }
    EXPECT_EQ(found, values);
  }
}

TEST(NumberScan, bounds_what_does_not_fit) {
  EXPECT_TRUE(std::isinf(numbers_in("1e999").at(0)));
  EXPECT_TRUE(std::isinf(numbers_in(std::string(400, '9')).at(0)));
  EXPECT_EQ(numbers_in("1e-999").at(0), 0);
  EXPECT_EQ(numbers_in("0." + std::string(400, '0') + "1").at(0), 0);
}

struct Row {
  std::string check;
  std::string answer;
  bool pass;
};

TEST(Number, decides_as_the_contract_says) {
  const std::vector<Row> rows{
      {"number: 4", "4", true},
      {"number: 4", "The answer is 4.", true},
      {"number: 4", "4.0", true},
      {"number: 4", "2 + 2 = 4", false},
      {"number: {equals: 4, extract: last}", "2 + 2 = 4.", true},
      {"number: {equals: 4, extract: last}", "4 = 2 + 2", false},
      {"number: {equals: 4, extract: first}", "4 = 2 + 2", true},
      {"number: {equals: 4, extract: only}", "4 = 2 + 2", false},
      {"number: {equals: '1,234.5'}", "$1234.50.", true},
      {"number: {equals: '$80,000.'}", "80000", true},
      {"number: 50%", "50", true},
      {"number: {equals: 100, tolerance: 0.5}", "100.5", true},
      {"number: {equals: 100, tolerance: 0.5}", "100.51", false},
      {"number: {equals: 1.0, tolerance: 0.1}", "1.1", true},
      {"number: {equals: 1.0, tolerance: 0.1}", "0.9", true},
      {"number: {equals: 100, tolerance: 2%}", "98", true},
      {"number: {equals: 100, tolerance: 2%}", "97.9", false},
      {"number: {equals: -100, tolerance: 2%}", "-102", true},
      {"number: {equals: 0, tolerance: 2%}", "0.001", false},
      {"number: {equals: 100, tolerance: 0}", "100.0000000001", false},
      {"number: 3", "3.000000001", true},
      {"number: 3", "3.00000001", false},
      {"number: 0", "0.0", true},
      {"number: 0", "-0", true},
      {"number: 0", "1e-12", false},
      {"number: -5", "It is -5 degrees", true},
      {"number: -5", "5", false},
      {"number: 1e3", "1,000", true},
      {"number: {equals: 1, tolerance: 1e308}", "1e999", false},
      {"number: {equals: '1234,5', decimal: comma}", "1.234,5 Euro", true},
      {"number: {equals: '1.234,5', decimal: comma}", "1234,50", true},
      {"number: {equals: '1234,5', decimal: comma}", "1,234.5", false},
      {"number: {equals: 0.75, fractions: true}", "It is 3/4.", true},
      {"number: {equals: 3/4, fractions: true}", "0.75", true},
      {"number: {equals: 0.75}", "It is 3/4.", false},
      {"number: {equals: 5, unit: km}", "5 km in 1 h", true},
      {"number: {equals: 5, unit: km}", "5km", true},
      {"number: {equals: 5, unit: km}", "5 km/h", false},
      {"number: {equals: 5, unit: km}", "5 kmh", false},
      {"number: {equals: 5, unit: km}", "5 m", false},
      {"number: {equals: 5, unit: [km, kilometres]}", "**5 kilometres**", true},
      {"number: {equals: 5, unit: km}", "4 km or 5 km", false},
      {"number: {equals: 5, unit: km, extract: last}", "4 km or 5 km or 6 miles", true},
      {"number: {equals: 5, unit: $}", "2 for $5", true},
      {"number: {equals: 5, unit: '%'}", "2 of 40 are 5%.", true},
      {"number: {equals: 21, unit: °C}", "21 °C", true},
      {"number: {equals: 42, extract: boxed}", "6*7 = \\boxed{42}.", true},
      {"number: {equals: 42, extract: boxed}", "\\boxed{41}, no: \\boxed{\\text{42}}", true},
      {"number: {equals: 0.5, extract: boxed, fractions: true}", "$\\boxed{\\frac{1}{2}}$", true},
      {"number: {equals: '\\boxed{42}', extract: boxed}", "\\boxed{42}", true},
      {"number: {equals: 42, extract: boxed}", "42", false},
      {"number: {equals: 42, extract: boxed}", "\\boxed{42", false},
      {"number: {equals: 42, extract: boxed}", "\\boxed{4 2}", false},
      {"number: 4", "four", false},
      {"number: 4", "", false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.check + " on '" + row.answer + "'");
    const Score score = run(row.check, {.answer = row.answer});
    EXPECT_EQ(passes(score), row.pass) << score.why;
    EXPECT_EQ(value_of(score), row.pass ? 1 : 0);
    EXPECT_EQ(score.why.empty(), row.pass);
  }
}

TEST(Number, takes_the_last_number_of_both_sides) {
  const std::string solution = "She eats 3*4=<<3*4=12>>12 and sells the rest.\n#### 1,018";
  const std::string check = "number: {equals: '{{answer}}', extract: last}";
  EXPECT_TRUE(passes(run(check, {.answer = "12 eggs, so she makes $1018.", .vars = {{"answer", solution}}})));
  EXPECT_FALSE(passes(run(check, {.answer = "1018 minus 12", .vars = {{"answer", solution}}})));
  EXPECT_EQ(verify(check, {{"answer", solution}}), "");
  EXPECT_NE(verify(check, {{"answer", "none"}}).find("holds no number: 'none'"), std::string::npos);
  EXPECT_NE(verify(check, {{"answer", ""}}).find("is empty after templating"), std::string::npos);
  EXPECT_NE(verify("number: '{{answer}}'", {{"answer", solution}}).find("must be one number"), std::string::npos);
  EXPECT_EQ(verify("number: '{{answer}}'", {{"answer", 18}}), "");
}

TEST(Number, explains_what_it_found) {
  EXPECT_EQ(
      run("number: 4", {.answer = "2 + 2 = 5"}).why,
      "expected 4, found more than one number: 2 and 2 in '2 + 2 = 5'; `extract: last` or `first` says which counts");
  EXPECT_EQ(run("number: {equals: 4, extract: last}", {.answer = "2 + 2 = 5"}).why,
            "expected 4, found 5 in '2 + 2 = 5'");
  EXPECT_EQ(run("number: {equals: 4, unit: km}", {.answer = "4 m"}).why,
            "expected 4, found no number with the unit 'km' in '4 m'");
  EXPECT_EQ(run("number: {equals: 4, extract: boxed}", {.answer = "4"}).why, "expected 4, found no \\boxed{…} in '4'");
  EXPECT_EQ(run("number: 4", {.answer = "four"}).why, "expected 4, found no number in 'four'");
  EXPECT_EQ(run("not: {number: 4}", {.answer = "4!"}).why, "must not hold: the answer's number is 4: '4!'");
}

TEST(Number, is_refused_at_load_with_what_to_write) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"number: four", "the equals of 'number' must be one number, found 'four'"},
      {"number: {tolerance: 1}", "check 'number' needs the key 'equals'"},
      {"number: {equals: 4, tolerance: -1}",
       "the tolerance of 'number' must be a number of at least 0 or a percentage"},
      {"number: {equals: 4, tolerance: wide}", "write `tolerance: 0.5` or `tolerance: 2%`"},
      {"number: {equals: 4, extract: lst}", "did you mean 'last'?"},
      {"number: {value: 4}", "unknown key 'value'"},
      {"number: {equals: 4, unit: ''}", "must be a unit"},
      {"number: {equals: 4, unit: []}", "is an empty list"},
      {"number: {equals: 3/4}", "must be one number"},
      {"number: 1 2", "must be one number"},
  };
  for (const auto& [check, message] : rows) {
    SCOPED_TRACE(check);
    const auto compiled = compile_yaml(check);
    EXPECT_EQ(compiled.check, nullptr);
    std::string all;
    for (const auto& error : compiled.diagnostics.errors()) all += to_string(error) + "\n";
    EXPECT_NE(all.find(message), std::string::npos) << all;
  }
}

TEST(Number, reads_a_large_answer_in_linear_time) {
  const auto start = std::chrono::steady_clock::now();
  for (const std::string part : {"1", "1,", "-", "$", "1e", "1.", "a1", ",123", "−"}) {
    std::string answer;
    while (answer.size() < 500'000) answer += part;
    for (const std::string extract : {"first", "last", "only"}) {
      (void)run("number: {equals: 4, extract: " + extract + "}", {.answer = answer});
    }
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

}  // namespace
}  // namespace assay::judges
