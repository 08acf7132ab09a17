// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.security;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.messages.ApiKeys;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** The authentication mode: API keys, tokens, or none (open mode). */
@Singleton
@Startup
public final class Security {
    private static final Logger LOG = Logger.getLogger(Security.class);

    private static final String AUDIENCE = "quarkus.oidc.token.audience";

    private final Optional<KeyFile> keys;
    private final boolean open;

    Security(
            GatewayConfig config,
            @ConfigProperty(name = "quarkus.oidc.tenant-enabled") boolean tokens,
            @ConfigProperty(name = AUDIENCE) Optional<List<String>> audience,
            @ConfigProperty(name = "quarkus.http.host") String host) {
        keys = config.security().apiKeys().map(KeyFile::new);
        open = keys.isEmpty() && !tokens;
        if (tokens && audience.filter(Security::isOneOfOurs).isEmpty()) {
            throw new IllegalStateException(AUDIENCE + ": expected the audience of tokens for this gateway, found "
                    + audience.map(Object::toString).orElse("none")
                    + "; without it, the gateway would accept tokens that were issued for other applications");
        }
        if (open) {
            if (!isThisMachineOnly(host)) {
                throw new IllegalStateException("quarkus.http.host: expected localhost in open mode, found " + host
                        + "; to accept remote connections, set lorafleet.security.api-keys or configure quarkus.oidc");
            }
            LOG.warn("OPEN MODE: no authentication; every process on this machine has all roles. Set"
                    + " lorafleet.security.api-keys or configure quarkus.oidc before you accept remote connections");
        }
    }

    private static boolean isOneOfOurs(List<String> audience) {
        return !audience.isEmpty() && !audience.contains("any"); // "any" disables the check
    }

    private static boolean isThisMachineOnly(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** @return whether the gateway runs without authentication */
    public boolean isOpen() {
        return open;
    }

    /** @return the API key's entry if the key is valid */
    Optional<ApiKeys.Entry> find(String key) {
        return keys.flatMap(file -> file.find(key));
    }
}
