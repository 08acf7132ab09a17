// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.settings;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.standalone.CommandName;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Map;

/**
 * The user's configuration file. Without the environment variable {@value #VARIABLE}, it is in the usual place: {@code
 * $XDG_CONFIG_HOME/lorafleet/config.json}, where the default of the variable is {@code ~/.config}; on Windows, {@code
 * %APPDATA%\lorafleet\config.json}.
 *
 * @see <a href="https://specifications.freedesktop.org/basedir-spec/latest/">XDG Base Directory Specification</a>
 */
public record ConfigFile(Path path) {
    /** The environment variable that contains the path of another file. */
    public static final String VARIABLE = "LORAFLEET_CONFIG";

    public static ConfigFile in(Map<String, String> environment) {
        String path = environment.getOrDefault(VARIABLE, "");
        return new ConfigFile(
                path.isEmpty()
                        ? folder(environment).resolve("lorafleet").resolve("config.json")
                        : Path.of(path).toAbsolutePath());
    }

    private static Path folder(Map<String, String> environment) {
        String roaming = environment.getOrDefault("APPDATA", "");
        if (isWindows() && !roaming.isEmpty()) {
            return Path.of(roaming);
        }
        Path xdg = Path.of(environment.getOrDefault("XDG_CONFIG_HOME", ""));
        // The specification says that a relative path is invalid and must be ignored.
        return xdg.isAbsolute() ? xdg : Path.of(System.getProperty("user.home"), ".config");
    }

    private static boolean isWindows() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    }

    public boolean exists() {
        return Files.exists(path);
    }

    /**
     * @return the contexts; none if the file does not exist
     * @throws FleetException if the file is damaged, or if it contains keys and other users can read it
     */
    public Contexts read() throws IOException {
        if (!exists()) {
            return Contexts.NONE;
        }
        Contexts contexts;
        try {
            contexts = Json.read(Files.readAllBytes(path), Contexts.class);
        } catch (InvalidMessageException e) {
            throw new FleetException(path + ": expected a file written by " + CommandName.quoted("context set")
                    + ", found other content: " + e.getMessage());
        }
        if (contexts.hasKeys()) {
            SecretFile.requireClosed(path);
        }
        return contexts;
    }

    /** Replaces the content. Only this user can read the new file. */
    public void write(Contexts contexts) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        Path unfinished = SecretFile.create(path.resolveSibling(path.getFileName() + ".new"));
        Files.write(unfinished, Json.write(contexts));
        Files.move(unfinished, path, StandardCopyOption.REPLACE_EXISTING);
    }
}
