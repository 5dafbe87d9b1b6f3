// SPDX-License-Identifier: GPL-2.0-only
/* Run by make: prints the known patterns, compiled for any processor, as a C header. */
#include <stdio.h>
#include <stdlib.h>

#include <hs/hs.h>

#include "read/exim_log/patterns.h"

int main(void)
{
	const hs_platform_info_t any = { .tune = HS_TUNE_FAMILY_GENERIC, .cpu_features = 0 };
	const char **regexes = calloc(patterns_known_count, sizeof(*regexes));
	unsigned int *flags = calloc(patterns_known_count, sizeof(*flags));
	unsigned int *ids = calloc(patterns_known_count, sizeof(*ids));
	hs_compile_error_t *why = NULL;
	hs_database_t *database = NULL;
	int status = EXIT_FAILURE;
	char *bytes = NULL;
	size_t size;

	if (!regexes || !flags || !ids)
		goto out;
	for (size_t i = 0; i < patterns_known_count; i++) {
		regexes[i] = patterns_known[i].regex;
		flags[i] = PATTERNS_FLAGS;
		ids[i] = i;
	}
	if (hs_compile_multi(regexes, flags, ids, patterns_known_count, HS_MODE_BLOCK, &any,
			     &database, &why) != HS_SUCCESS) {
		fprintf(stderr, "pattern \"%s\": %s\n",
			why->expression < 0 ? "?" : regexes[why->expression], why->message);
		goto out;
	}
	if (hs_serialize_database(database, &bytes, &size) != HS_SUCCESS)
		goto out;
	puts("/* Made by user/tools/compile_patterns.c. */");
	printf("static const unsigned char patterns_compiled[%zu] __attribute__((aligned(64))) = {",
	       size);
	for (size_t i = 0; i < size; i++)
		printf("%s%d,", i % 24 ? "" : "\n", (unsigned char)bytes[i]);
	puts("\n};");
	if (!fflush(stdout))
		status = EXIT_SUCCESS;
out:
	free(bytes);
	hs_free_database(database);
	hs_free_compile_error(why);
	free(ids);
	free(flags);
	free(regexes);
	return status;
}
