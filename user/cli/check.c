// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp check: prints the meaning of the configuration and the mistakes in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/history.h"
#include "common/duration.h"
#include "common/log.h"
#include "common/output.h"
#include "common/suggest.h"
#include "config/lint.h"
#include "config/rule_ports.h"
#include "read/policy.h"
#include "status/overview.h"

#define CHECK_CLASSES_SIZE 512
#define CHECK_INDENT	   "    "

struct check {
	json_t *findings; /* NULL: print as text */
	size_t count;
};

/* "virus, worm" or, with points, "spam (2 points), relay (5)". */
static const char *check_classes(const struct rule *rule, char text[CHECK_CLASSES_SIZE])
{
	bool points = false, first = true;
	size_t used = 0;

	for (int i = 0; i < EVENT_OFFENCES; i++)
		points |= rule->weights[i] > 1;
	*text = '\0';
	for (int i = 0; i < EVENT_OFFENCES && used < CHECK_CLASSES_SIZE; i++) {
		if (!rule->weights[i])
			continue;
		used += snprintf(text + used, CHECK_CLASSES_SIZE - used, "%s%s", first ? "" : ", ",
				 event_class_name(i));
		if (points && used < CHECK_CLASSES_SIZE)
			used += snprintf(text + used, CHECK_CLASSES_SIZE - used, " (%u)",
					 rule->weights[i]);
		first = false;
	}
	return text;
}

static bool check_has_points(const struct rule *rule)
{
	for (int i = 0; i < EVENT_OFFENCES; i++)
		if (rule->weights[i] > 1)
			return true;
	return false;
}

/* Whom a rule judges, where it is not all hosts alike. */
static void check_print_whom(const struct rule *rule)
{
	char known[DURATION_TEXT_SIZE];

	if (rule->who == RULE_STRANGERS)
		puts(CHECK_INDENT "Only strangers: hosts that are not known senders.");
	else if (rule->who == RULE_KNOWN)
		puts(CHECK_INDENT "Only known senders.");
	if (rule->who != RULE_STRANGERS && !rule_is_network(rule) &&
	    rule_known_max(rule) < rule->block)
		printf(CHECK_INDENT "A known sender is blocked for %s only.\n",
		       duration_format(rule_known_max(rule), known));
	if (rule->network4)
		printf(CHECK_INDENT "Judges IPv4 /%u", rule->network4);
	if (rule->network6)
		printf("%sIPv6 /%u", rule->network4 ? " and " : CHECK_INDENT "Judges ",
		       rule->network6);
	if (rule_is_network(rule))
		printf(" networks with at least %u offending host%s; known senders in them are not blocked.\n",
		       rule_hosts(rule), suggest_plural(rule_hosts(rule)));
	if (rule->share)
		printf(CHECK_INDENT
		       "Only if at least %u%% of its accepted messages and offences are offences.\n",
		       rule->share);
}

/* The ports that the rule's blocks close; empty: all protected ports. */
static void check_ports(const struct rule *rule, const struct rules *rules,
			uint16_t out[SOBIG_PORTS_MAX])
{
	const struct rule *enabled = rules_find(rules, rule->name);

	if (enabled)
		rule_ports_closed(rules, enabled->closes, out);
	else
		rule_ports_wanted(rule, out);
}

static void check_print_rule(const struct config_rule *config, const struct rules *rules)
{
	const struct rule *rule = &config->rule;
	char ports[RULE_PORTS_TEXT_SIZE];
	uint16_t closed[SOBIG_PORTS_MAX];
	char window[DURATION_TEXT_SIZE], block[DURATION_TEXT_SIZE], max[DURATION_TEXT_SIZE];
	char remember[DURATION_TEXT_SIZE], classes[CHECK_CLASSES_SIZE];

	printf("%s%s%s\n", rule->name, rule->dry_run ? " (dry run: nothing is dropped)" : "",
	       config->enabled ? "" : " (disabled)");
	if (!config->enabled)
		return;
	printf(CHECK_INDENT "More than %u %s%s within %s: blocked for %s.\n", rule->limit,
	       check_has_points(rule) ? "point" : "offence", suggest_plural(rule->limit),
	       duration_format(rule->window, window), duration_format(rule->block, block));
	check_print_whom(rule);
	printf(CHECK_INDENT "%s: %s.\n",
	       check_has_points(rule) ? "Classes, with points" : "Classes",
	       check_classes(rule, classes));
	check_ports(rule, rules, closed);
	printf(CHECK_INDENT "Blocks close %s%s.\n",
	       closed[0] ? closed[1] ? "ports " : "port " : "all protected ports",
	       closed[0] ? rule_ports_format(closed, ports) : "");
	if (config->match)
		printf(CHECK_INDENT "Only if the text of the ACL matches: %s\n", config->match);
	if (rule->max > rule->block)
		printf(CHECK_INDENT
		       "Each further block that begins within %s after the end of the last one is twice as long, up to %s.\n",
		       duration_format(rule->remember, remember), duration_format(rule->max, max));
	if (rule->again)
		printf(CHECK_INDENT
		       "A host that was blocked before, and from which no mail was accepted, is blocked again at %u point%s.\n",
		       rule->again, suggest_plural(rule->again));
}

static void check_print_allow(const struct config_allow *allow)
{
	char address[ADDR_TEXT_SIZE];

	puts("\nAllow list (no rule blocks these):");
	puts(CHECK_INDENT
	     "the addresses of this machine, its gateways and resolvers, clients of ssh sessions, exim's relays;");
	puts(CHECK_INDENT
	     "entries added with sobig-xdp allow add (for the whole list: sobig-xdp allow list --all);");
	for (size_t i = 0; i < allow->addresses_count; i++)
		printf(CHECK_INDENT "%s\n", addr_prefix_format(&allow->addresses[i], address));
	for (size_t i = 0; i < allow->hosts_count; i++)
		printf(CHECK_INDENT "%s, all addresses of this host name\n", allow->hosts[i]);
	for (size_t i = 0; i < allow->files_count; i++)
		printf(CHECK_INDENT "the entries in %s\n", allow->files[i]);
	if (allow->providers)
		printf(CHECK_INDENT "the networks of large providers in %s\n", allow->providers);
}

static void check_print_filter(const struct config_filter *filter, const struct rules *rules)
{
	char ports[RULE_PORTS_TEXT_SIZE];

	printf("\nThe filter drops %s from blocked hosts to port%s %s.\n",
	       filter->scope_port ? "all packets" : "new connections (SYNs)",
	       rules->ports[1] ? "s" : "", rule_ports_format(rules->ports, ports));
	puts(filter->finish
		     ? "Connections that are open when their host is blocked continue."
		     : "Connections to these ports that are open when their host is blocked are ended.");
	if (filter->extend)
		puts("A block expires only after its host sent no SYN for the duration of the block.");
	if (filter->rate)
		printf("From each source, more than %u SYN%s in %us (burst: %u) are dropped.\n",
		       filter->rate, suggest_plural(filter->rate), filter->rate_seconds,
		       filter->rate_burst);
}

static void check_print(const struct cli_common *common, const struct config *config,
			const struct rules *rules)
{
	char history[DURATION_TEXT_SIZE];

	for (size_t i = 0; i < config->rules_count; i++)
		check_print_rule(&config->rules[i], rules);
	if (config->patterns_count)
		printf("\nClasses of rejections: %zu pattern%s of this configuration, then the built-in ones.\n",
		       config->patterns_count, suggest_plural(config->patterns_count));
	check_print_allow(&config->allow);
	if (config->standing.brake)
		printf("\nBrake: if %u known sender%s were blocked within an hour, or if they sent more than 10%% of the mail, further verdicts on known senders are dry runs, for up to an hour, or until sobig-xdp release.\n",
		       config->standing.brake, suggest_plural(config->standing.brake));
	else
		puts("\nBrake: off. The number of blocked known senders is not limited.");
	if (config->standing.learn)
		printf("\nStanding: rules that treat strangers and known senders differently are a dry run until %u day%s of log have been read.\n",
		       config->standing.learn, suggest_plural(config->standing.learn));
	check_print_filter(&config->filter, rules);
	printf("\nHistory: in %s, up to %llu MB, kept for %s.\n",
	       history_folder(common, &config->state), (unsigned long long)config->state.size >> 20,
	       duration_format(config->state.history, history));
}

static void check_take(void *context, const struct config_rule *rule, const char *text)
{
	const char *file = rule ? rule->file : NULL;
	struct check *check = context;

	check->count++;
	if (check->findings) {
		json_array_append_new(check->findings,
				      json_pack("{s:s?, s:o, s:o, s:o}", "rule",
						rule ? rule->rule.name : NULL, "file",
						output_text(file), "line",
						file ? json_integer(rule->line) : json_null(),
						"text", output_text(text)));
		return;
	}
	if (rule && rule->file)
		log_warning("%s:%d: [rule %s]: %s", rule->file, rule->line, rule->rule.name, text);
	else if (rule)
		log_warning("[rule %s] (default rule): %s", rule->rule.name, text);
	else
		log_warning("%s", text);
}

static json_t *check_json_length(uint8_t length)
{
	return length ? json_integer(length) : json_null();
}

/* Whom a rule judges, and by what. */
static void check_json_whom(json_t *json, const struct rule *rule)
{
	json_object_set_new(json, "for", json_string(rule_for_name(rule->who)));
	json_object_set_new(json, "share", json_integer(rule->share));
	json_object_set_new(json, "again", json_integer(rule->again));
	json_object_set_new(json, "known_max", json_integer(rule_known_max(rule)));
	json_object_set_new(json, "network4", check_json_length(rule->network4));
	json_object_set_new(json, "network6", check_json_length(rule->network6));
	json_object_set_new(json, "hosts", json_integer(rule_hosts(rule)));
}

/* True if all daemons use the configuration that is checked. */
static bool check_is_theirs(const struct overview *overview, const char *config)
{
	char *path = config ? realpath(config, NULL) : NULL;
	bool theirs = !config || path;

	for (int i = 0; i < overview->daemons_count && theirs; i++)
		theirs = !strcmp(overview->daemons[i].stats->config, path ? path : "");
	free(path);
	return theirs;
}

/*
 * What daemons have seen: a rule whose offences come by a port that its blocks leave open. Not
 * attached, or not permitted: nothing is known.
 */
static void check_left_open(const struct cli_common *common, const struct policy *policy,
			    struct check *check)
{
	struct overview *overview = malloc(sizeof(*overview));
	const struct config *config = &policy->config;
	const struct rule *own;
	char text[256];

	if (!overview || overview_read(common->pins, overview) ||
	    !check_is_theirs(overview, common->config)) {
		free(overview);
		return;
	}
	for (size_t i = 0; i < config->rules_count; i++) {
		for (int j = 0; j < overview->rules_count; j++) {
			const struct overview_rule *seen = &overview->rules[j];

			own = rules_find(&policy->rules, config->rules[i].rule.name);
			if (!own || strcmp(own->name, seen->name) || !seen->open_port ||
			    rule_ports_closes(&policy->rules, own->closes, seen->open_port))
				continue;
			snprintf(
				text, sizeof(text),
				"%llu of its %llu offences were on a port that its blocks leave open, such as port %u: add it to ports",
				(unsigned long long)seen->left_open,
				(unsigned long long)seen->counted, seen->open_port);
			check_take(check, &config->rules[i], text);
		}
	}
	free(overview);
}

static json_t *check_json_rule(const struct config_rule *config, const struct rules *rules)
{
	uint16_t ports[SOBIG_PORTS_MAX];
	const struct rule *rule = &config->rule;
	json_t *classes = json_object(), *json;

	for (int i = 0; i < EVENT_OFFENCES; i++)
		if (rule->weights[i])
			json_object_set_new(classes, event_class_name(i),
					    json_integer(rule->weights[i]));
	check_ports(rule, rules, ports);
	json = json_pack("{s:s, s:b, s:b, s:o, s:i, s:i, s:i, s:i, s:i, s:o, s:o}", "name",
			 rule->name, "enabled", (int)config->enabled, "dry_run", (int)rule->dry_run,
			 "classes", classes, "limit", (int)rule->limit, "window", (int)rule->window,
			 "block", (int)rule->block, "max", (int)rule->max, "remember",
			 (int)rule->remember, "match", output_text(config->match), "ports",
			 *ports ? output_ports(ports) : json_null());
	check_json_whom(json, rule);
	return json;
}

static json_t *check_json_texts(char *const *texts, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, output_text(texts[i]));
	return array;
}

static json_t *check_json_allow(const struct config_allow *allow)
{
	json_t *addresses = json_array();
	char address[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < allow->addresses_count; i++)
		json_array_append_new(
			addresses, json_string(addr_prefix_format(&allow->addresses[i], address)));
	return json_pack("{s:o, s:o, s:o, s:o}", "addresses", addresses, "hosts",
			 check_json_texts(allow->hosts, allow->hosts_count), "files",
			 check_json_texts(allow->files, allow->files_count), "providers",
			 output_text(allow->providers));
}

static json_t *check_json_rate(const struct config_filter *filter)
{
	return json_pack("{s:i, s:i, s:i}", "syns", (int)filter->rate, "window",
			 (int)filter->rate_seconds, "burst", (int)filter->rate_burst);
}

static json_t *check_json_filter(const struct config_filter *filter, const struct rules *rules)
{
	return json_pack("{s:o, s:s, s:s, s:b, s:o, s:o}", "ports", output_ports(rules->ports),
			 "scope", filter->scope_port ? "port" : "syn", "connections",
			 filter->finish ? "finish" : "end", "extend", (int)filter->extend,
			 "syn_rate", filter->rate ? check_json_rate(filter) : json_null(), "blocks",
			 filter->blocks ? json_integer(filter->blocks) : json_null());
}

static json_t *check_json_state(const struct cli_common *common, const struct config_state *state)
{
	return json_pack("{s:o, s:I, s:i}", "folder", output_text(history_folder(common, state)),
			 "size", (json_int_t)state->size, "history", (int)state->history);
}

static int check_print_json(const struct cli_common *common, const struct config *config,
			    const struct rules *rules, struct check *check)
{
	json_t *document = output_document("check"), *array = json_array();

	for (size_t i = 0; i < config->rules_count; i++)
		json_array_append_new(array, check_json_rule(&config->rules[i], rules));
	json_object_set_new(document, "rules", array);
	json_object_set_new(document, "brake", json_integer(config->standing.brake));
	json_object_set_new(document, "learn", json_integer(config->standing.learn));
	json_object_set_new(document, "patterns", json_integer(config->patterns_count));
	json_object_set_new(document, "allow", check_json_allow(&config->allow));
	json_object_set_new(document, "filter", check_json_filter(&config->filter, rules));
	json_object_set_new(document, "state", check_json_state(common, &config->state));
	json_object_set_new(document, "findings", check->findings);
	return cli_print_json(common, document);
}

static int check_run(void *values)
{
	const struct cli_common *common = values;
	struct check check = { 0 };
	struct policy policy;
	int status = policy_load(common->config, &policy) ? CLI_FAILED : CLI_DONE;

	if (status)
		return status;
	if (common->json)
		check.findings = json_array();
	else
		check_print(common, &policy.config, &policy.rules);
	fflush(stdout);
	lint_config(&policy.config, check_take, &check);
	check_left_open(common, &policy, &check);
	if (!common->json && !check.count)
		puts("\nConfiguration OK.");
	if (common->json)
		status = check_print_json(common, &policy.config, &policy.rules, &check);
	policy_free(&policy);
	return check.count ? CLI_FAILED : status;
}

const struct cli_command check_command = {
	"check",
	"explain the configuration and report mistakes in it",
	.options = { CLI_CONFIG },
	.run = check_run,
};
