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

/** Whether callers have to say who they are, and how. */
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
            throw new IllegalStateException(AUDIENCE + ": expected whom this gateway's tokens are issued for, found "
                    + audience.map(Object::toString).orElse("none")
                    + "; without it, tokens that the provider issued for other applications would do here");
        }
        if (open) {
            if (!isThisMachineOnly(host)) {
                throw new IllegalStateException(
                        "quarkus.http.host: expected localhost, since nobody has to say who he" + " is, found " + host
                                + "; set lorafleet.security.api-keys or quarkus.oidc to open it to others");
            }
            LOG.warn("OPEN MODE: whoever can connect from this machine may do everything. Set"
                    + " lorafleet.security.api-keys, or quarkus.oidc, before you let others in");
        }
    }

    private static boolean isOneOfOurs(List<String> audience) {
        return !audience.isEmpty() && !audience.contains("any"); // which switches the check off
    }

    private static boolean isThisMachineOnly(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** @return whether nobody has to say who he is */
    public boolean isOpen() {
        return open;
    }

    /** @return the entry of an API key, if it is one of the file's */
    Optional<ApiKeys.Entry> find(String key) {
        return keys.flatMap(file -> file.find(key));
    }
}
