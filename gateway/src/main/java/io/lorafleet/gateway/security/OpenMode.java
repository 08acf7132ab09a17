// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.security;

import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;

/** Grants all roles in open mode. */
@Singleton
final class OpenMode implements SecurityIdentityAugmentor {
    private final Security security;

    OpenMode(Security security) {
        this.security = security;
    }

    @Override
    public Uni<SecurityIdentity> augment(SecurityIdentity identity, AuthenticationRequestContext context) {
        return Uni.createFrom()
                .item(
                        security.isOpen()
                                ? QuarkusSecurityIdentity.builder(identity)
                                        .addRoles(Roles.ALL)
                                        .build()
                                : identity);
    }
}
