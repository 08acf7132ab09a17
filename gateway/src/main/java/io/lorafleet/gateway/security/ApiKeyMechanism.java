// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.security;

import io.lorafleet.messages.ApiKeys;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Authenticates callers whose bearer token is an API key. Other bearer tokens are left to OpenID Connect. */
@Singleton
final class ApiKeyMechanism implements HttpAuthenticationMechanism {
    private static final String BEARER = "Bearer ";

    private final Security security;

    ApiKeyMechanism(Security security) {
        this.security = security;
    }

    @Override
    public int getPriority() {
        return DEFAULT_PRIORITY + 100; // before OpenID Connect, which accepts any bearer token
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager providers) {
        String header = context.request().getHeader(HttpHeaders.AUTHORIZATION);
        boolean bearer = header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length());
        String token = bearer ? header.substring(BEARER.length()).trim() : "";
        if (security.isOpen() || !KeyFile.isKey(token)) {
            return Uni.createFrom().nullItem();
        }
        Optional<ApiKeys.Entry> entry = security.find(token);
        return entry.isPresent()
                ? Uni.createFrom().item(identity(entry.get()))
                : Uni.createFrom().failure(new AuthenticationFailedException("unknown API key"));
    }

    private static SecurityIdentity identity(ApiKeys.Entry entry) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(entry.owner()))
                .addAttribute(Caller.OWNER, "key:" + entry.owner())
                .addRoles(entry.roles().stream().map(Roles::name).collect(Collectors.toSet()))
                .build();
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", "Bearer"));
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return Set.of();
    }
}
