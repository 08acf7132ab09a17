// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.security;

import io.lorafleet.gateway.generation.Generations;
import io.lorafleet.gateway.generation.state.Generation;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The caller of the current request. */
@RequestScoped
public class Caller {
    /**
     * The identity attribute that holds the owner: {@code key:NAME} for an API key, or {@code token:ISSUER#SUBJECT} for
     * a token. The prefixes keep the two kinds of owners apart.
     */
    static final String OWNER = "lorafleet.owner";

    private final SecurityIdentity identity;
    private final Generations generations;

    Caller(SecurityIdentity identity, Generations generations) {
        this.identity = identity;
        this.generations = generations;
    }

    /** @return the owner of the caller's generations and feedback; null in open mode */
    public @Nullable String owner() {
        return identity.getAttribute(OWNER);
    }

    /** @return whether the caller owns the generation or is an operator */
    public boolean maySee(Generation generation) {
        String owner = owner();
        boolean own = generation.request() != null
                && owner != null
                && owner.equals(generation.request().owner());
        return own || identity.hasRole(Roles.OPERATE);
    }

    /** @return the generation if it exists and the caller may see it */
    public Optional<Generation> find(String id) {
        return generations.find(id).filter(this::maySee);
    }
}
