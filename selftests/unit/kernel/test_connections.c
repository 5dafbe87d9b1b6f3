// SPDX-License-Identifier: GPL-2.0-only
/* Open connections are found and ended by peer and local port, on sockets of a network of its own.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/connections.h"
#include "unit/suite.h"

#define GUARDED 25
#define OTHER	22

static const uint16_t ports[SOBIG_PORTS_MAX] = { 465, GUARDED, 587 };
static const uint16_t any[SOBIG_PORTS_MAX];

/* A client's and a server's end of one connection. */
struct pair {
	int client, server;
};

static void need(void **state)
{
	const bool *apart = *state;

	if (!*apart)
		skip();
}

static struct addr_prefix prefix(const char *text)
{
	struct addr_prefix out;

	assert_int_equal(addr_parse_prefix(text, &out), 0);
	return out;
}

static void address(const char *text, uint16_t port, struct sockaddr_in6 *out)
{
	*out = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port) };
	assert_int_equal(inet_pton(AF_INET6, text, &out->sin6_addr), 1);
}

/* A socket that accepts both families, as exim's. */
static int server(uint16_t port)
{
	int fd = socket(AF_INET6, SOCK_STREAM, 0), no = 0, yes = 1;
	struct sockaddr_in6 all;

	address("::", port, &all);
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	assert_int_equal(bind(fd, (struct sockaddr *)&all, sizeof(all)), 0);
	assert_int_equal(listen(fd, 64), 0);
	return fd;
}

/* Of IPv4 if `from` is "::ffff:127.0.0.N". */
static struct pair pair(int listener, const char *from, uint16_t port)
{
	struct pair pair = { .client = socket(AF_INET6, SOCK_STREAM, 0) };
	struct sockaddr_in6 to;
	int no = 0;

	setsockopt(pair.client, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
	address(from, 0, &to);
	assert_int_equal(bind(pair.client, (struct sockaddr *)&to, sizeof(to)), 0);
	address(strncmp(from, "::ffff:", 7) ? "::1" : "::ffff:127.0.0.1", port, &to);
	assert_int_equal(connect(pair.client, (struct sockaddr *)&to, sizeof(to)), 0);
	pair.server = accept(listener, NULL, NULL);
	assert_true(pair.server >= 0);
	return pair;
}

/* The client sends, and the server reads it. */
static bool is_open(const struct pair *pair)
{
	struct pollfd ready = { .fd = pair->server, .events = POLLIN };
	char byte = 'x';

	return send(pair->client, &byte, 1, MSG_NOSIGNAL) == 1 && poll(&ready, 1, 5000) == 1 &&
	       recv(pair->server, &byte, 1, 0) == 1;
}

static void drop(struct pair *pair)
{
	close(pair->client);
	close(pair->server);
}

/* Ends the connections of `target`. Returns how many. */
static uint64_t end(const char *target, const char *allowed)
{
	struct addr_prefix whole = prefix(target), entry;
	struct connections *connections;
	struct prefix_set *set;
	uint64_t ended;

	assert_int_equal(prefix_set_new(&set), 0);
	if (allowed) {
		entry = prefix(allowed);
		assert_int_equal(prefix_set_add(set, &entry, "test"), 0);
	}
	prefix_set_seal(set);
	assert_int_equal(connections_open(ports, &connections), 0);
	connections_mark(connections, &whole, any);
	connections_spare(connections, set);
	assert_int_equal(connections_end(connections, &ended), 0);
	connections_free(connections);
	prefix_set_free(set);
	return ended;
}

static void a_hosts_connections_end_and_its_neighbours_go_on(void **state)
{
	static const char *const hosts[] = { "::ffff:127.0.0.7", "::ffff:127.0.0.8", "::1" };
	static const char *const targets[] = { "127.0.0.7", "127.0.0.8", "::1/128" };
	struct pair pairs[3][2];
	int listener;

	need(state);
	listener = server(GUARDED);
	for (int bad = 0; bad < 3; bad++) {
		for (int i = 0; i < 6; i++)
			pairs[i / 2][i % 2] = pair(listener, hosts[i / 2], GUARDED);
		assert_int_equal(end(targets[bad], NULL), 2);
		for (int i = 0; i < 6; i++) {
			assert_int_equal(is_open(&pairs[i / 2][i % 2]), i / 2 != bad);
			drop(&pairs[i / 2][i % 2]);
		}
	}
	/* The listening socket is none of them. */
	pairs[0][0] = pair(listener, hosts[0], GUARDED);
	assert_true(is_open(&pairs[0][0]));
	drop(&pairs[0][0]);
	close(listener);
}

static void an_ipv4_socket_is_found_as_well(void **state)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(GUARDED) };
	int listener, yes = 1;
	struct pair pair;

	need(state);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	assert_int_equal(bind(listener, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(listen(listener, 1), 0);
	pair.client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(pair.client, (struct sockaddr *)&to, sizeof(to)), 0);
	pair.server = accept(listener, NULL, NULL);
	assert_int_equal(end("127.0.0.2", NULL), 0);
	assert_true(is_open(&pair));
	assert_int_equal(end("127.0.0.1", NULL), 1);
	assert_false(is_open(&pair));
	drop(&pair);
	close(listener);
}

static void a_port_that_is_not_guarded_is_left_alone(void **state)
{
	struct pair mail, shell;
	int listeners[2];

	need(state);
	listeners[0] = server(GUARDED);
	listeners[1] = server(OTHER);
	mail = pair(listeners[0], "::ffff:127.0.0.7", GUARDED);
	shell = pair(listeners[1], "::ffff:127.0.0.7", OTHER);
	assert_int_equal(end("127.0.0.7", NULL), 1);
	assert_false(is_open(&mail));
	assert_true(is_open(&shell));
	drop(&mail);
	drop(&shell);
	close(listeners[0]);
	close(listeners[1]);
}

static void a_block_of_some_ports_ends_the_connections_to_these_only(void **state)
{
	const uint16_t closed[SOBIG_PORTS_MAX] = { 587, OTHER };
	struct addr_prefix target = prefix("127.0.0.7");
	struct connections *connections;
	struct pair mail, submission;
	uint64_t ended = 0;
	int listeners[2];

	need(state);
	listeners[0] = server(GUARDED);
	listeners[1] = server(587);
	mail = pair(listeners[0], "::ffff:127.0.0.7", GUARDED);
	submission = pair(listeners[1], "::ffff:127.0.0.7", 587);
	assert_int_equal(connections_open(ports, &connections), 0);
	connections_mark(connections, &target, closed);
	assert_int_equal(connections_end(connections, &ended), 0);
	connections_free(connections);
	assert_int_equal(ended, 1);
	assert_true(is_open(&mail));
	assert_false(is_open(&submission));
	drop(&mail);
	drop(&submission);
	close(listeners[0]);
	close(listeners[1]);
}

static void a_networks_connections_end_but_not_those_of_an_allowed_host_in_it(void **state)
{
	static const char *const hosts[] = { "::ffff:127.1.2.3", "::ffff:127.1.2.4",
					     "::ffff:127.1.3.0", "::ffff:127.1.1.255" };
	struct pair pairs[4];
	int listener;

	need(state);
	listener = server(GUARDED);
	for (int i = 0; i < 4; i++)
		pairs[i] = pair(listener, hosts[i], GUARDED);
	assert_int_equal(end("127.1.2.0/24", "127.1.2.4"), 1);
	for (int i = 0; i < 4; i++)
		assert_int_equal(is_open(&pairs[i]), i != 0);
	assert_int_equal(end("127.1.2.0/24", NULL), 1);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(is_open(&pairs[i]), i > 1);
		drop(&pairs[i]);
	}
	close(listener);
}

static void a_connection_that_the_peer_has_half_closed_ends(void **state)
{
	struct pair one;
	int listener, error = 0;
	socklen_t size = sizeof(error);

	need(state);
	listener = server(GUARDED);
	one = pair(listener, "::ffff:127.0.0.7", GUARDED);
	assert_int_equal(shutdown(one.client, SHUT_WR), 0);
	assert_int_equal(end("127.0.0.7", NULL), 1);
	assert_int_equal(getsockopt(one.server, SOL_SOCKET, SO_ERROR, &error, &size), 0);
	assert_int_equal(error, ECONNABORTED);
	drop(&one);
	close(listener);
}

static void one_that_has_ended_by_itself_is_no_error_and_no_other_is_hit(void **state)
{
	struct addr_prefix target = prefix("127.0.0.7");
	struct connections *connections;
	struct pair one, other;
	uint64_t ended = 9;
	int listener;

	need(state);
	listener = server(GUARDED);
	one = pair(listener, "::ffff:127.0.0.7", GUARDED);
	assert_int_equal(connections_open(ports, &connections), 0);
	assert_int_equal(connections_count(connections), 1);
	connections_mark(connections, &target, any);
	drop(&one);
	other = pair(listener, "::ffff:127.0.0.7", GUARDED);
	assert_int_equal(connections_end(connections, &ended), 0);
	assert_int_equal(ended, 0);
	assert_true(is_open(&other));
	connections_free(connections);
	drop(&other);
	close(listener);
}

static void the_kernel_can_end_connections(void **state)
{
	need(state);
	assert_int_equal(connections_check(), 0);
}

static void each_number_of_ports_is_a_valid_filter(void **state)
{
	uint16_t guarded[SOBIG_PORTS_MAX] = { 0 };
	struct connections *connections;
	struct pair one;
	int listener;

	need(state);
	listener = server(GUARDED);
	one = pair(listener, "::ffff:127.0.0.7", GUARDED);
	for (int count = 0; count < SOBIG_PORTS_MAX; count++) {
		assert_int_equal(connections_open(guarded, &connections), 0);
		assert_int_equal(connections_count(connections), 0);
		connections_free(connections);
		guarded[count] = GUARDED;
		assert_int_equal(connections_open(guarded, &connections), 0);
		assert_int_equal(connections_count(connections), 1);
		connections_free(connections);
		guarded[count] = 1000 + count;
	}
	drop(&one);
	close(listener);
}

static int go_apart(void **state)
{
	static bool apart;
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	*state = &apart;
	if (geteuid() || unshare(CLONE_NEWNET))
		return 0;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	apart = fd >= 0 && !ioctl(fd, SIOCSIFFLAGS, &lo);
	close(fd);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_can_end_connections),
		cmocka_unit_test(a_hosts_connections_end_and_its_neighbours_go_on),
		cmocka_unit_test(an_ipv4_socket_is_found_as_well),
		cmocka_unit_test(a_port_that_is_not_guarded_is_left_alone),
		cmocka_unit_test(a_block_of_some_ports_ends_the_connections_to_these_only),
		cmocka_unit_test(a_networks_connections_end_but_not_those_of_an_allowed_host_in_it),
		cmocka_unit_test(a_connection_that_the_peer_has_half_closed_ends),
		cmocka_unit_test(one_that_has_ended_by_itself_is_no_error_and_no_other_is_hit),
		cmocka_unit_test(each_number_of_ports_is_a_valid_filter),
	};

	return cmocka_run_group_tests_name("connections", tests, go_apart, NULL);
}
