// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.settings.ConfigFile;
import io.lorafleet.standalone.settings.GatewaySettings;
import io.lorafleet.standalone.settings.SecretFile;
import io.lorafleet.standalone.settings.Setting;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options of every command that sends requests to a gateway. */
public final class GatewayOptions {
    public static final URI DEFAULT_URL = URI.create("http://localhost:" + FleetOptions.DEFAULT_PORT);

    private final Map<String, String> environment;

    @Option(
            names = "--url",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = "URL of a running gateway. Default: the environment variable " + GatewaySettings.URL
                    + ", then the URL of" + " the context, then http://localhost:" + FleetOptions.DEFAULT_PORT + ".")
    private @Nullable URI url;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "Context that sets the URL and the API key; see '${ROOT-COMMAND-NAME} context'. Default: the"
                    + " context that the environment variable " + GatewaySettings.CONTEXT
                    + " names, then the current context.")
    private @Nullable String context;

    @Option(
            names = "--api-key-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "File that contains only an API key or token. Default: the environment variable "
                    + GatewayClient.KEY + ", then the key of the context.")
    private @Nullable Path apiKeyFile;

    /** @param environment the environment variables of this process */
    public GatewayOptions(Map<String, String> environment) {
        this.environment = environment;
    }

    /** @return whether {@code --url} is on the command line */
    public boolean hasUrlOption() {
        return url != null;
    }

    /** @return where the command finds its gateway, and where these settings come from */
    public GatewaySettings settings() throws IOException {
        return settings(url);
    }

    private GatewaySettings settings(@Nullable URI chosen) throws IOException {
        return GatewaySettings.of(
                new GatewaySettings.Options(chosen, apiKeyFile == null ? null : key(apiKeyFile), context), environment);
    }

    public ConfigFile configFile() {
        return ConfigFile.in(environment);
    }

    /** @return the URL that the options, the environment or the configuration file name, or null */
    public @Nullable URI url() throws IOException {
        Setting<URI> named = settings().url();
        return named == null ? null : named.value();
    }

    /** @return a client for the gateway that the settings name, or for the gateway on this machine */
    public GatewayClient client() throws IOException {
        URI named = url();
        return client(named == null ? DEFAULT_URL : named);
    }

    /** @return a client for the gateway at this URL, with the API key that the settings name for it */
    public GatewayClient client(URI gateway) throws IOException {
        Setting<String> key = settings(gateway).apiKey();
        return new GatewayClient(gateway, key == null ? null : key.value());
    }

    private static String key(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new FleetException("--api-key-file: expected a readable file with an API key, found none at " + file);
        }
        if (Files.isRegularFile(file)) { // a pipe, such as that of <(pass show lorafleet), has no mode to check
            SecretFile.requireClosed(file);
        }
        return requireKey("--api-key-file", Files.readString(file, StandardCharsets.UTF_8));
    }

    /** @return the key without surrounding white space */
    public static String requireKey(String option, String text) {
        String key = text.strip();
        if (key.isEmpty() || key.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new FleetException(option + ": expected one API key or token, found "
                    + (key.isEmpty() ? "nothing" : "spaces, line breaks or characters outside ASCII"));
        }
        return key;
    }
}
