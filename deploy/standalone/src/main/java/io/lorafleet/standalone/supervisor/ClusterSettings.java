// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.telemetry.kafka.ClientId;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.jspecify.annotations.Nullable;

/** The settings of an admin client for a Kafka cluster. */
public final class ClusterSettings {
    private static final int TIMEOUT_MS = 10_000;

    private ClusterSettings() {}

    /** @param file properties file with additional settings, or null */
    public static Map<String, Object> of(String bootstrap, @Nullable Path file) {
        Properties more = new Properties();
        if (file != null) {
            try (Reader in = Files.newBufferedReader(file)) {
                more.load(in);
            } catch (IOException e) {
                throw new FleetException("--config: cannot read " + file + ": " + e.getMessage());
            }
        }
        Map<String, String> settings = new HashMap<>();
        more.stringPropertyNames().forEach(key -> settings.put(key, more.getProperty(key)));
        return of(bootstrap, settings);
    }

    /** @param more additional settings, such as credentials */
    public static Map<String, Object> of(String bootstrap, Map<String, String> more) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
        ClientId.set(settings, "fleet", Long.toString(ProcessHandle.current().pid()), "admin");
        settings.putAll(more);
        settings.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        return settings;
    }
}
