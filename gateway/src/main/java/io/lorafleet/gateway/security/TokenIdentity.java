// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.security;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.messages.generation.GenerateImage;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.jwt.JsonWebToken;

/**
 * Derives the owner and the roles from a token. The owner consists of the issuer and the subject: unlike a user name,
 * the subject is unique and never reassigned (OpenID Connect Core, section 2).
 */
@Singleton
final class TokenIdentity implements SecurityIdentityAugmentor {
    private final String rolePrefix;

    TokenIdentity(GatewayConfig config) {
        rolePrefix = config.security().tokenRolePrefix().orElse("");
    }

    @Override
    public Uni<SecurityIdentity> augment(SecurityIdentity identity, AuthenticationRequestContext context) {
        return identity.getPrincipal() instanceof JsonWebToken token
                ? Uni.createFrom().item(() -> of(token, identity))
                : Uni.createFrom().item(identity);
    }

    private SecurityIdentity of(JsonWebToken token, SecurityIdentity identity) {
        Set<String> roles = identity.getRoles().stream()
                .filter(role -> role.startsWith(rolePrefix))
                .map(role -> role.substring(rolePrefix.length()))
                .collect(Collectors.toSet());
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(token)
                .addCredentials(identity.getCredentials())
                .addAttributes(identity.getAttributes())
                .addAttribute(Caller.OWNER, owner(token))
                .addRoles(roles)
                .build();
    }

    private static String owner(JsonWebToken token) {
        if (token.getIssuer() == null || token.getSubject() == null) {
            throw new AuthenticationFailedException("expected a token with an issuer and a subject");
        }
        String owner = "token:" + token.getIssuer() + "#" + token.getSubject();
        if (owner.length() > GenerateImage.MAX_OWNER_LENGTH) {
            throw new AuthenticationFailedException("expected a token with at most "
                    + (GenerateImage.MAX_OWNER_LENGTH - "token:#".length()) + " characters in its issuer and"
                    + " subject together");
        }
        return owner;
    }
}
