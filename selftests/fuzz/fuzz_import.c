// SPDX-License-Identifier: GPL-2.0-only
/* libFuzzer target: the lines of a published list, text or JSON, until each is an address or
 * refused. */
#include "fuzz.h"

#include "allow/list_file.h"
#include "cli/import.c"

/* The lines are not used further. */
void bulk_add(struct bulk *bulk, const char *text)
{
	struct addr_prefix target;

	if (list_file_parse(text, &target))
		bulk->refused++;
	else
		fuzz_must(target.length > 0 && target.length <= 128);
}

int bulk_open(struct bulk *bulk)
{
	(void)bulk;
	return CLI_FAILED;
}

int bulk_close(struct bulk *bulk)
{
	(void)bulk;
	return CLI_FAILED;
}

int cli_need_privilege(void)
{
	return CLI_FAILED;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bulk bulk = { .split = true };
	FILE *list = size ? fmemopen((void *)data, size, "r") : NULL;

	if (!list)
		return 0;
	fuzz_must(!import_read(&bulk, list, "list"));
	fclose(list);
	return 0;
}
