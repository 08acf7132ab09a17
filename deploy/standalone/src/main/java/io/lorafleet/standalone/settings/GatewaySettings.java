// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.settings;

import io.lorafleet.standalone.CommandName;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.client.GatewayClient;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The gateway that a command uses. For each setting, an option takes precedence over an environment variable, which
 * takes precedence over the context in the configuration file.
 *
 * @param url null if nothing sets it
 * @param apiKey null if nothing sets it
 * @param context name of the context; null if there is none
 */
public record GatewaySettings(
        @Nullable Setting<URI> url,
        @Nullable Setting<String> apiKey,
        @Nullable Setting<String> context) {
    public static final String URL = "LORAFLEET_URL";
    public static final String CONTEXT = "LORAFLEET_CONTEXT";

    /**
     * The options of the command line.
     *
     * @param url {@code --url}, or null
     * @param apiKey content of {@code --api-key-file}, or null
     * @param context {@code --context}, or null
     */
    public record Options(
            @Nullable URI url,
            @Nullable String apiKey,
            @Nullable String context) {}

    /**
     * Reads the environment and the configuration file.
     *
     * @throws FleetException if a value is invalid, or if the context does not exist
     */
    public static GatewaySettings of(Options options, Map<String, String> environment) throws IOException {
        ConfigFile file = ConfigFile.in(environment);
        Contexts contexts = file.read();
        Setting<String> name = contextName(options, environment, contexts, file);
        Context context = name == null ? null : contexts.find(name.value());
        if (name != null && context == null) {
            throw new FleetException(name.source() + ": expected a context in " + file.path() + ", found "
                    + name.value() + "; " + CommandName.quoted("context list") + " lists the contexts");
        }
        Setting<URI> url = url(options, environment, context, name);
        return new GatewaySettings(url, apiKey(options, environment, context, name, url), name);
    }

    private static @Nullable Setting<String> contextName(
            Options options, Map<String, String> environment, Contexts contexts, ConfigFile file) {
        if (options.context() != null) {
            return new Setting<>(options.context(), "--context");
        }
        String variable = environment.getOrDefault(CONTEXT, "");
        if (!variable.isEmpty()) {
            return new Setting<>(variable, CONTEXT);
        }
        return contexts.current() == null
                ? null
                : new Setting<>(contexts.current(), file.path().toString());
    }

    private static @Nullable Setting<URI> url(
            Options options,
            Map<String, String> environment,
            @Nullable Context context,
            @Nullable Setting<String> name) {
        if (options.url() != null) {
            return new Setting<>(options.url(), "--url");
        }
        // A context on the command line is more specific than a URL in the environment.
        if (context != null && options.context() != null) {
            return new Setting<>(context.url(), "context " + options.context());
        }
        String variable = environment.getOrDefault(URL, "");
        if (!variable.isEmpty()) {
            return new Setting<>(parsed(variable), URL);
        }
        return context == null || name == null ? null : new Setting<>(context.url(), "context " + name.value());
    }

    private static @Nullable Setting<String> apiKey(
            Options options,
            Map<String, String> environment,
            @Nullable Context context,
            @Nullable Setting<String> name,
            @Nullable Setting<URI> url) {
        if (options.apiKey() != null) {
            return new Setting<>(options.apiKey(), "--api-key-file");
        }
        Setting<String> ofContext = keyOfContext(context, name, url);
        if (options.context() != null && ofContext != null) {
            return ofContext;
        }
        String variable = environment.getOrDefault(GatewayClient.KEY, "");
        return variable.isEmpty() ? ofContext : new Setting<>(variable, GatewayClient.KEY);
    }

    /** The key of a context must not reach the server of another URL. */
    private static @Nullable Setting<String> keyOfContext(
            @Nullable Context context, @Nullable Setting<String> name, @Nullable Setting<URI> url) {
        if (context == null || name == null || url == null || !url.value().equals(context.url())) {
            return null;
        }
        String key = context.apiKey();
        return key == null ? null : new Setting<>(key, "context " + name.value());
    }

    private static URI parsed(String variable) {
        try {
            return new URI(variable);
        } catch (URISyntaxException e) {
            throw new FleetException(URL + ": expected an HTTP URL such as http://localhost:8080, found " + variable);
        }
    }

    /** Does not contain the key. */
    @Override
    public String toString() {
        return "GatewaySettings[url=" + url + ", apiKey=" + (apiKey == null ? "none" : "set") + ", context=" + context
                + "]";
    }
}
