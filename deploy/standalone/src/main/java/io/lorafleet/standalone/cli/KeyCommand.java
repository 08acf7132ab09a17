// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.messages.ApiKeys;
import io.lorafleet.messages.ApiKeys.Entry;
import io.lorafleet.messages.ApiKeys.Role;
import io.lorafleet.standalone.CommandName;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.cli.option.ShortDuration;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

@Command(
        name = "key",
        description = "Manages a gateway's API keys. The API key file contains only hashes of the keys."
                + " A running gateway rereads the file when it changes.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} key list --file keys.json"})
public final class KeyCommand {
    private static final String PREFIX = "lf_";
    private static final int ID_BYTES = 8;
    private static final int SECRET_BYTES = 32;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            required = true,
            scope = ScopeType.INHERIT,
            description = "Path of the API key file, as in the setting lorafleet.security.api-keys or in"
                    + " '${ROOT-COMMAND-NAME} up --api-keys'.")
    private Path path;

    @Spec
    private CommandSpec command;

    @Command(
            name = "create",
            sortOptions = false,
            description = "Creates a key and prints it. The key cannot be displayed again.",
            footer = {
                "",
                "Example:",
                "  ${ROOT-COMMAND-NAME} key create --file keys.json --owner alice --role generate,feedback --expires"
                        + " 90d"
            })
    int create(
            @Option(
                            names = "--owner",
                            paramLabel = "NAME",
                            required = true,
                            description = "Owner of the key. Generations belong to the owner, not to the key.")
                    String owner,
            @Option(
                            names = "--role",
                            paramLabel = "ROLE",
                            required = true,
                            split = ",",
                            description = "Roles, separated by commas: generate, feedback, manage-adapters, operate.")
                    Set<String> roles,
            @Option(
                            names = "--expires",
                            paramLabel = "DURATION",
                            converter = ShortDuration.class,
                            description = "Lifetime of the key, such as 90d. Default: the key does not expire.")
                    @Nullable
                    Duration life)
            throws IOException {
        Set<Role> allowed = roles.stream().map(KeyCommand::role).collect(Collectors.toSet());
        if (life != null && life.isZero()) {
            throw new FleetException("--expires: expected a duration greater than 0s, found 0s");
        }
        String key = newKey();
        Entry entry;
        try {
            entry = entry(key, owner, allowed, life);
        } catch (IllegalArgumentException e) {
            throw new FleetException("--" + e.getMessage());
        }
        file().change(keys -> keys.with(entry));
        System.out.println(key);
        return ExitCode.OK;
    }

    @Command(
            name = "list",
            description = "Lists the keys with their owners, roles and expiry times.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} key list --file keys.json"})
    int list() throws IOException {
        if (!Files.exists(path)) {
            throw new FleetException("--file: expected a file created by " + CommandName.quoted("key create")
                    + ", found no file at " + path);
        }
        for (Entry key : file().read().keys()) {
            String roles = key.roles().stream().map(KeyCommand::name).sorted().collect(Collectors.joining(","));
            System.out.println(
                    key.id() + "  " + key.owner() + "  " + roles + "  since " + key.createdAt() + "  " + end(key));
        }
        return ExitCode.OK;
    }

    @Command(
            name = "rotate",
            sortOptions = false,
            description = "Creates a key with the owner, roles and lifetime of an old key, and prints the new key. The"
                    + " old key expires after the overlap.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} key rotate --file keys.json 0123456789abcdef --overlap 1h"
            })
    int rotate(
            @Parameters(paramLabel = "ID", description = "ID of the key, from '${ROOT-COMMAND-NAME} key list'.")
                    String id,
            @Option(
                            names = "--overlap",
                            paramLabel = "DURATION",
                            defaultValue = "1d",
                            converter = ShortDuration.class,
                            description =
                                    "Time until the old key expires, such as 1h (default: ${DEFAULT-VALUE}). If the key"
                                            + " may have leaked, use 0s.")
                    Duration overlap)
            throws IOException {
        String key = newKey();
        file().change(keys -> {
            Instant now = Instant.now();
            Entry old = require(keys, id);
            if (old.expiredBy(now)) {
                throw new FleetException("ID: expected a key that has not expired, found " + id);
            }
            Duration life = old.expiresAt() == null ? null : Duration.between(old.createdAt(), old.expiresAt());
            ApiKeys renewed = keys.without(id).with(entry(key, old.owner(), old.roles(), life));
            Entry ending = old.expiredBy(now.plus(overlap)) ? old : old.until(now.plus(overlap));
            return overlap.isZero() ? renewed : renewed.with(ending);
        });
        System.out.println(key);
        return ExitCode.OK;
    }

    @Command(
            name = "revoke",
            description = "Revokes a key.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} key revoke --file keys.json 0123456789abcdef"})
    int revoke(
            @Parameters(paramLabel = "ID", description = "ID of the key, from '${ROOT-COMMAND-NAME} key list'.")
                    String id)
            throws IOException {
        file().change(keys -> keys.without(require(keys, id).id()));
        return ExitCode.OK;
    }

    private ApiKeysFile file() throws IOException {
        return new ApiKeysFile(path, command.commandLine().getErr()::println);
    }

    private Entry require(ApiKeys keys, String id) {
        return keys.find(id)
                .orElseThrow(() -> new FleetException("ID: expected one of the keys in " + path + ", found " + id));
    }

    private static String newKey() {
        SecureRandom random = new SecureRandom();
        String id = HexFormat.of().formatHex(bytes(random, ID_BYTES));
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(random, SECRET_BYTES));
        return PREFIX + id + "_" + secret;
    }

    /** @param life lifetime of the key; null if it does not expire */
    private static Entry entry(String key, String owner, Set<Role> roles, @Nullable Duration life) {
        String id = key.substring(PREFIX.length(), PREFIX.length() + 2 * ID_BYTES);
        Instant now = Instant.now();
        String sha256 = Sha256.of(key.getBytes(StandardCharsets.UTF_8));
        return new Entry(id, owner, roles, sha256, now, life == null ? null : now.plus(life));
    }

    private static String end(Entry key) {
        if (key.expiresAt() == null) {
            return "until revoked";
        }
        return (key.expiredBy(Instant.now()) ? "expired " : "until ") + key.expiresAt();
    }

    private static byte[] bytes(SecureRandom random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static Role role(String name) {
        for (Role role : Role.values()) {
            if (name(role).equals(name)) {
                return role;
            }
        }
        throw new FleetException("--role: expected generate, feedback, manage-adapters or operate, found " + name);
    }

    private static String name(Role role) {
        return role.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
