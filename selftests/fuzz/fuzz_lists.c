// SPDX-License-Identifier: GPL-2.0-only
/* libFuzzer target: an allow list, whatever it contains, does not allow every host. */
#include "fuzz.h"

#include "allow/list_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[FUZZ_PATH];
	int fd = fuzz_file(data, size, path);
	struct list_file file = { .path = path, .why = "a list" };
	struct addr_prefix every_host = { 0 };

	fuzz_must(list_file_refresh(&file));
	for (size_t i = 0; i < file.names_count; i++)
		fuzz_must(*file.names[i] != '\0');
	fuzz_must(list_file_parse("0.0.0.0/0", &every_host) &&
		  list_file_parse("::/0", &every_host));
	fuzz_must(!list_file_refresh(&file));
	list_file_clear(&file);
	close(fd);
	return 0;
}
