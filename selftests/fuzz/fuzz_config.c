// SPDX-License-Identifier: GPL-2.0-only
/* libFuzzer target: a configuration is accepted completely, or refused with a message. */
#include "fuzz.h"

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct config_rule *matches[RULES_MARKS_MAX];
	struct config_error error = { "" };
	size_t matches_count = 0;
	char path[FUZZ_PATH];
	struct config config;
	struct rules rules;
	int fd = fuzz_file(data, size, path), err = config_load(path, &config, &error);

	close(fd);
	fuzz_must(!err == !*error.text);
	if (err)
		return 0;
	config_rules(&config, &rules, matches, &matches_count);
	fuzz_must(rules.count <= SOBIG_RULES_MAX && matches_count <= RULES_MARKS_MAX);
	for (size_t i = 0; i < rules.count; i++)
		fuzz_must(rules.rules[i].block > 0 && rules.rules[i].max >= rules.rules[i].block);
	config_free(&config);
	return 0;
}
