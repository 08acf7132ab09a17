// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.settings.GatewaySettings.Options;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewaySettingsTest {
    private static final Options NONE = new Options(null, null, null);
    private static final URI STUDIO = URI.create("https://studio.example.com");
    private static final URI HOME = URI.create("http://home:8080");

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private ConfigFile file;

    @BeforeEach
    void write() throws IOException {
        environment.put("XDG_CONFIG_HOME", folder.toString());
        file = ConfigFile.in(environment);
        file.write(new Contexts("studio", new TreeMap<>())
                .with("studio", new Context(STUDIO, "key-of-studio"))
                .with("home", new Context(HOME, null)));
    }

    @Test
    void nothingIsSetWithoutAFile() throws IOException {
        Files.delete(file.path());

        assertThat(GatewaySettings.of(NONE, environment)).isEqualTo(new GatewaySettings(null, null, null));
    }

    @Test
    void theCurrentContextIsTheDefault() throws IOException {
        GatewaySettings settings = GatewaySettings.of(NONE, environment);

        assertThat(settings.url()).isEqualTo(new Setting<>(STUDIO, "context studio"));
        assertThat(settings.apiKey()).isEqualTo(new Setting<>("key-of-studio", "context studio"));
        assertThat(settings.context())
                .isEqualTo(new Setting<>("studio", file.path().toString()));
    }

    @Test
    void theEnvironmentTakesPrecedenceOverTheFile() throws IOException {
        environment.put("LORAFLEET_URL", "http://variable:8080");
        environment.put("LORAFLEET_API_KEY", "key-of-variable");

        GatewaySettings settings = GatewaySettings.of(NONE, environment);

        assertThat(settings.url()).isEqualTo(new Setting<>(URI.create("http://variable:8080"), "LORAFLEET_URL"));
        assertThat(settings.apiKey()).isEqualTo(new Setting<>("key-of-variable", "LORAFLEET_API_KEY"));
    }

    @Test
    void optionsTakePrecedenceOverTheEnvironment() throws IOException {
        environment.put("LORAFLEET_URL", "http://variable:8080");
        environment.put("LORAFLEET_API_KEY", "key-of-variable");

        GatewaySettings settings =
                GatewaySettings.of(new Options(URI.create("http://option:8080"), "key-of-option", null), environment);

        assertThat(settings.url()).isEqualTo(new Setting<>(URI.create("http://option:8080"), "--url"));
        assertThat(settings.apiKey()).isEqualTo(new Setting<>("key-of-option", "--api-key-file"));
    }

    @Test
    void aContextOnTheCommandLineTakesPrecedenceOverTheEnvironment() throws IOException {
        environment.put("LORAFLEET_URL", "http://variable:8080");
        environment.put("LORAFLEET_API_KEY", "key-of-variable");
        environment.put("LORAFLEET_CONTEXT", "home");

        GatewaySettings settings = GatewaySettings.of(new Options(null, null, "studio"), environment);

        assertThat(settings.url()).isEqualTo(new Setting<>(STUDIO, "context studio"));
        assertThat(settings.apiKey()).isEqualTo(new Setting<>("key-of-studio", "context studio"));
    }

    @Test
    void theVariableSelectsAContext() throws IOException {
        environment.put("LORAFLEET_CONTEXT", "home");

        GatewaySettings settings = GatewaySettings.of(NONE, environment);

        assertThat(settings.url()).isEqualTo(new Setting<>(HOME, "context home"));
        assertThat(settings.apiKey()).isNull();
        assertThat(settings.context()).isEqualTo(new Setting<>("home", "LORAFLEET_CONTEXT"));
    }

    @Test
    void theKeyOfAContextIsNotSentToAnotherUrl() throws IOException {
        assertThat(GatewaySettings.of(new Options(URI.create("https://elsewhere.example.com"), null, null), environment)
                        .apiKey())
                .isNull();

        environment.put("LORAFLEET_URL", "https://elsewhere.example.com");
        assertThat(GatewaySettings.of(NONE, environment).apiKey()).isNull();
    }

    @Test
    void anUnknownContextAndAnInvalidVariableAreRefused() {
        assertThatThrownBy(() -> GatewaySettings.of(new Options(null, null, "studoi"), environment))
                .isInstanceOf(FleetException.class)
                .hasMessageStartingWith("--context: expected a context in " + file.path() + ", found studoi");

        environment.put("LORAFLEET_URL", "http://not a url");
        assertThatThrownBy(() -> GatewaySettings.of(NONE, environment))
                .hasMessageStartingWith("LORAFLEET_URL: expected an HTTP URL");
    }

    @Test
    void onlyTheOwnerCanReadTheFile() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())))
                .isEqualTo("rw-------");

        Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(() -> GatewaySettings.of(NONE, environment))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("expected permissions for the owner only, found mode 0644; run `chmod go-rwx");
    }

    @Test
    void aFileWithoutKeysMayBeReadByAnybody() throws IOException {
        file.write(Contexts.NONE.with("home", new Context(HOME, null)));
        Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(GatewaySettings.of(NONE, environment).url()).isEqualTo(new Setting<>(HOME, "context home"));
    }

    @Test
    void aDamagedFileIsNamed() throws IOException {
        Files.writeString(file.path(), "url: nowhere");

        assertThatThrownBy(() -> GatewaySettings.of(NONE, environment))
                .isInstanceOf(FleetException.class)
                .hasMessageStartingWith(file.path() + ": expected a file written by 'fleet context set'");
    }

    @Test
    void theFileIsWhereXdgSaysUnlessAVariableNamesAnother() {
        String home = System.getProperty("user.home");

        assertThat(ConfigFile.in(Map.of()).path()).isEqualTo(Path.of(home, ".config", "lorafleet", "config.json"));
        assertThat(ConfigFile.in(Map.of("XDG_CONFIG_HOME", "relative")).path())
                .isEqualTo(Path.of(home, ".config", "lorafleet", "config.json"));
        assertThat(ConfigFile.in(Map.of("XDG_CONFIG_HOME", "/xdg")).path())
                .isEqualTo(Path.of("/xdg/lorafleet/config.json"));
        assertThat(ConfigFile.in(Map.of("XDG_CONFIG_HOME", "/xdg", "LORAFLEET_CONFIG", "/my.json"))
                        .path())
                .isEqualTo(Path.of("/my.json"));
    }
}
