// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lorafleet.messages.ApiKeys;
import io.lorafleet.messages.ApiKeys.Role;
import io.lorafleet.messages.Json;
import io.lorafleet.storage.Sha256;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Set;

/** A gateway that authenticates callers by API keys, one for each role and owner, and by tokens from a provider. */
public final class SecuredGateway implements QuarkusTestProfile {
    static final String ISSUER = "https://id.example.com";
    static final String AUDIENCE = "lorafleet";
    static final String ROLE_PREFIX = "lorafleet-";

    /** Location of the provider's private key, for tests in another class loader. */
    private static final String PRIVATE_KEY = "test.provider.private-key";

    private static final String PUBLIC_KEY = "test.provider.public-key";

    private static final String FILL = "A".repeat(43);

    /** @return the key of a caller with only this role */
    static String key(String owner, Role role) {
        return "lf_%016x_%s".formatted(31L * owner.hashCode() + role.ordinal() & Long.MAX_VALUE, FILL);
    }

    private static ApiKeys.Entry entry(String owner, Role role) {
        String key = key(owner, role);
        return new ApiKeys.Entry(
                key.substring(3, 19), owner, Set.of(role), Sha256.of(key.getBytes(UTF_8)), Instant.EPOCH);
    }

    /** @return the private key of the provider */
    static PrivateKey privateKey() {
        try {
            byte[] encoded = Base64.getDecoder().decode(System.getProperty(PRIVATE_KEY));
            return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Creates the key pair once per process, because the overrides are read more than once.
     *
     * @return the public key
     */
    private static synchronized String newKeys() {
        if (System.getProperty(PUBLIC_KEY) == null) {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(2048);
                KeyPair pair = generator.generateKeyPair();
                Base64.Encoder encoder = Base64.getEncoder();
                System.setProperty(
                        PRIVATE_KEY, encoder.encodeToString(pair.getPrivate().getEncoded()));
                System.setProperty(
                        PUBLIC_KEY, encoder.encodeToString(pair.getPublic().getEncoded()));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
        return System.getProperty(PUBLIC_KEY);
    }

    @Override
    public Map<String, String> getConfigOverrides() {
        try {
            ApiKeys keys = ApiKeys.NONE;
            for (String owner : new String[] {"alice", "bob"}) {
                for (Role role : Role.values()) {
                    keys = keys.with(entry(owner, role));
                }
            }
            Path file = Files.createTempFile("api-keys", ".json");
            file.toFile().deleteOnExit();
            Files.write(file, Json.write(keys));
            return Map.of(
                    "lorafleet.sdapi.enabled",
                    "false",
                    "lorafleet.security.api-keys",
                    file.toString(),
                    "quarkus.oidc.tenant-enabled",
                    "true",
                    "quarkus.oidc.public-key",
                    newKeys(),
                    "quarkus.oidc.token.issuer",
                    ISSUER,
                    "quarkus.oidc.token.audience",
                    AUDIENCE,
                    "lorafleet.security.token-role-prefix",
                    ROLE_PREFIX,
                    // Smaller than two small adapters together.
                    "lorafleet.limits.max-stored-bytes-per-caller",
                    "300",
                    "lorafleet.webhooks.secret",
                    "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
