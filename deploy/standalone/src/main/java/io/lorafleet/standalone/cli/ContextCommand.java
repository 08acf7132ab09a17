// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.CommandName;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.cli.option.GatewayOptions;
import io.lorafleet.standalone.cli.option.JsonOption;
import io.lorafleet.standalone.cli.option.Table;
import io.lorafleet.standalone.settings.ConfigFile;
import io.lorafleet.standalone.settings.Context;
import io.lorafleet.standalone.settings.Contexts;
import io.lorafleet.standalone.settings.GatewaySettings;
import io.lorafleet.standalone.settings.SecretFile;
import io.lorafleet.standalone.settings.Setting;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "context",
        description = {
            "Manages contexts. A context has a name, the URL of a gateway and, optionally, an API key. Commands use the"
                    + " current context, unless --url, --context or an environment variable selects another gateway.",
            "The contexts are in ~/.config/lorafleet/config.json ($XDG_CONFIG_HOME replaces ~/.config) or, on"
                    + " Windows, in %%APPDATA%%\\lorafleet\\config.json. The environment variable "
                    + ConfigFile.VARIABLE + " selects another file."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} context set studio --url https://fleet.example.com --key-file key.txt",
            "  ${ROOT-COMMAND-NAME} context use studio"
        })
public final class ContextCommand {
    private static final String STANDARD_INPUT = "-";

    /** A row of the table of settings. @param source where the value comes from */
    private record Row(String setting, String value, String source) {}

    /** A row of the list of contexts. */
    private record Entry(String name, boolean current, URI url, boolean hasApiKey) {}

    /** Only for the configuration file; the subcommands name their gateways in their own options. */
    private final GatewayOptions defaults;

    /** @param defaults reads the environment */
    public ContextCommand(GatewayOptions defaults) {
        this.defaults = defaults;
    }

    @Command(
            name = "set",
            sortOptions = false,
            description = "Adds or changes a context. The first context becomes the current context.",
            footer = {
                "",
                "Example:",
                "  ${ROOT-COMMAND-NAME} context set studio --url https://fleet.example.com --key-file - < key.txt"
            })
    int set(
            @Parameters(paramLabel = "NAME", description = "Name of the context.") String name,
            @Option(
                            names = "--url",
                            paramLabel = "URL",
                            description = "URL of the gateway. Required for a new context.")
                    @Nullable
                    URI url,
            @Option(
                            names = "--key-file",
                            paramLabel = "FILE",
                            description =
                                    "File with the API key or token, or - for standard input. The command copies the"
                                            + " key into the configuration file. Default: the key does not change.")
                    @Nullable
                    Path keyFile)
            throws IOException {
        ConfigFile file = defaults.configFile();
        Contexts contexts = file.read();
        Context old = contexts.find(name);
        URI newUrl = url == null ? old == null ? null : old.url() : url;
        if (newUrl == null) {
            throw new FleetException(
                    "--url: expected the URL of the gateway for the new context " + name + ", found none");
        }
        if (newUrl.getHost() == null || !List.of("http", "https").contains(String.valueOf(newUrl.getScheme()))) {
            throw new FleetException("--url: expected an HTTP URL such as https://fleet.example.com, found " + newUrl);
        }
        // The old key belongs to the old gateway.
        String kept = old != null && old.url().equals(newUrl) ? old.apiKey() : null;
        file.write(contexts.with(name, new Context(newUrl, keyFile == null ? kept : key(keyFile))));
        System.err.println("saved context " + name + " in " + file.path());
        return ExitCode.OK;
    }

    @Command(
            name = "list",
            description = "Lists the contexts. API keys are not shown.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} context list"})
    int list(@Mixin JsonOption json) throws IOException {
        Contexts contexts = defaults.configFile().read();
        List<Entry> entries = new ArrayList<>();
        contexts.contexts()
                .forEach((name, context) -> entries.add(
                        new Entry(name, name.equals(contexts.current()), context.url(), context.apiKey() != null)));
        Table<Entry> table = new Table<Entry>()
                .column("CURRENT", entry -> entry.current() ? "*" : "")
                .column("NAME", Entry::name)
                .column("URL", entry -> entry.url().toString())
                .column("API-KEY", entry -> entry.hasApiKey() ? "set" : "none");
        if (entries.isEmpty() && !json.isGiven()) {
            System.err.println("no contexts found in " + defaults.configFile().path());
        } else {
            json.printResult(entries, rows -> table.text(rows, false));
        }
        return ExitCode.OK;
    }

    @Command(
            name = "use",
            description = "Makes a context the current context.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} context use studio"})
    int use(@Parameters(paramLabel = "NAME", description = "Name of the context.") String name) throws IOException {
        Contexts contexts = existing(name);
        defaults.configFile().write(contexts.withCurrent(name));
        System.err.println("the current context is " + name);
        return ExitCode.OK;
    }

    @Command(
            name = "remove",
            description = "Removes a context and its API key.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} context remove studio"})
    int remove(@Parameters(paramLabel = "NAME", description = "Name of the context.") String name) throws IOException {
        defaults.configFile().write(existing(name).without(name));
        System.err.println("removed context " + name);
        return ExitCode.OK;
    }

    @Command(
            name = "show",
            sortOptions = false,
            description = "Shows the settings that a command with the same options would use, and where each setting"
                    + " comes from. The API key itself is not shown.",
            footer = {"", "Example:", "  LORAFLEET_URL=http://localhost:9000 ${ROOT-COMMAND-NAME} context show"})
    int show(@Mixin GatewayOptions gateway, @Mixin JsonOption json) throws IOException {
        GatewaySettings settings = gateway.settings();
        Setting<URI> url = settings.url();
        List<Row> rows = List.of(
                row("context", settings.context(), "none"),
                url == null
                        ? new Row("url", GatewayOptions.DEFAULT_URL.toString(), "default")
                        : new Row("url", url.value().toString(), url.source()),
                settings.apiKey() == null
                        ? new Row("api-key", "none", "default")
                        : new Row("api-key", "set", settings.apiKey().source()),
                new Row(
                        "config-file",
                        gateway.configFile().path().toString(),
                        gateway.configFile().exists() ? "found" : "not found"));
        Table<Row> table = new Table<Row>()
                .column("SETTING", Row::setting)
                .column("VALUE", Row::value)
                .column("SOURCE", Row::source);
        json.printResult(rows, all -> table.text(all, false));
        return ExitCode.OK;
    }

    private static Row row(String name, @Nullable Setting<String> setting, String none) {
        return setting == null ? new Row(name, none, "default") : new Row(name, setting.value(), setting.source());
    }

    private Contexts existing(String name) throws IOException {
        Contexts contexts = defaults.configFile().read();
        if (contexts.find(name) == null) {
            throw new FleetException("NAME: expected a context in "
                    + defaults.configFile().path() + ", found " + name + "; " + CommandName.quoted("context list")
                    + " lists the contexts");
        }
        return contexts;
    }

    private static String key(Path file) throws IOException {
        if (file.toString().equals(STANDARD_INPUT)) {
            return GatewayOptions.requireKey(
                    "--key-file", new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        }
        if (!Files.isReadable(file)) {
            throw new FleetException("--key-file: expected a readable file with an API key, found none at " + file);
        }
        if (Files.isRegularFile(file)) {
            SecretFile.requireClosed(file);
        }
        return GatewayOptions.requireKey("--key-file", Files.readString(file));
    }
}
