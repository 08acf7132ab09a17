package io.lorafleet.standalone;

import io.lorafleet.messages.ApiKeys;
import io.lorafleet.messages.ApiKeys.Role;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

@Command(
        name = "key",
        description = {
            "Makes API keys for a gateway, and takes them back. The file holds their hashes alone; a running gateway reads"
                    + " it again when it changes."
        },
        synopsisSubcommandLabel = "COMMAND")
final class KeyCommand {
    private static final int ID_BYTES = 8;
    private static final int SECRET_BYTES = 32;

    @Option(
            names = "--file",
            paramLabel = "FILE",
            required = true,
            scope = ScopeType.INHERIT,
            description = "What lorafleet.security.api-keys names, or `fleet up --api-keys`.")
    private Path file;

    @Command(
            name = "create",
            sortOptions = false,
            description = "Prints a new key. It is shown this once, and cannot be found again.")
    int create(
            @Option(
                            names = "--owner",
                            paramLabel = "NAME",
                            required = true,
                            description = "Who gets it. Generations belong to their owner, whichever key it was.")
                    String owner,
            @Option(
                            names = "--role",
                            paramLabel = "ROLE",
                            required = true,
                            split = ",",
                            description = "generate, feedback, manage-adapters or operate; several with commas.")
                    Set<String> roles)
            throws IOException {
        SecureRandom random = new SecureRandom();
        String id = HexFormat.of().formatHex(bytes(random, ID_BYTES));
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(random, SECRET_BYTES));
        String key = "lf_" + id + "_" + secret;
        Set<Role> allowed = roles.stream().map(KeyCommand::role).collect(Collectors.toSet());
        String sha256 = Sha256.of(key.getBytes(StandardCharsets.UTF_8));
        try {
            write(read().with(new ApiKeys.Entry(id, owner, allowed, sha256, Instant.now())));
        } catch (IllegalArgumentException e) {
            throw new FleetException("--" + e.getMessage());
        }
        System.out.println(key);
        return ExitCode.OK;
    }

    @Command(name = "list", description = "Shows whose keys there are, and what they allow.")
    int list() throws IOException {
        if (!Files.exists(file)) {
            throw new FleetException("--file: expected a file that `fleet key create` made, found none at " + file);
        }
        for (ApiKeys.Entry key : read().keys()) {
            String roles = key.roles().stream().map(KeyCommand::name).sorted().collect(Collectors.joining(","));
            System.out.println(key.id() + "  " + key.owner() + "  " + roles + "  since " + key.createdAt());
        }
        return ExitCode.OK;
    }

    @Command(name = "revoke", description = "Takes a key back.")
    int revoke(@Parameters(paramLabel = "ID", description = "As `fleet key list` shows it.") String id)
            throws IOException {
        ApiKeys before = read();
        ApiKeys after = before.without(id);
        if (after.equals(before)) {
            throw new FleetException("ID: expected one of the keys in " + file + ", found " + id);
        }
        write(after);
        return ExitCode.OK;
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

    private ApiKeys read() throws IOException {
        try {
            return Files.exists(file) ? Json.read(Files.readAllBytes(file), ApiKeys.class) : ApiKeys.NONE;
        } catch (InvalidMessageException e) {
            throw new FleetException("--file: expected a file of API keys, found " + file + ": " + e.getMessage());
        }
    }

    /** Whole or not at all, and for this user alone. */
    private void write(ApiKeys keys) throws IOException {
        Path target = file.toAbsolutePath();
        Path aside = Files.createTempFile(
                target.getParent(),
                target.getFileName().toString(),
                ".part",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(aside, Json.write(keys));
        Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
