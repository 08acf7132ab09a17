// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.security;

import io.lorafleet.gateway.generation.Generation;
import io.lorafleet.gateway.generation.Generations;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whoever sent the request that is being answered. */
@RequestScoped
public class Caller {
    /**
     * The attribute of an identity that says whom things belong to, and where the name comes from: {@code key:NAME} as the
     * operator wrote it into the file of keys, or {@code token:ISSUER#SUBJECT}. So neither can be taken for the other.
     */
    static final String OWNER = "lorafleet.owner";

    private final SecurityIdentity identity;
    private final Generations generations;

    Caller(SecurityIdentity identity, Generations generations) {
        this.identity = identity;
        this.generations = generations;
    }

    /** @return whom generations and feedback belong to; null where nobody has to say who they are */
    public @Nullable String owner() {
        return identity.getAttribute(OWNER);
    }

    /** @return whether it is one of the caller's own, or the caller is an operator */
    public boolean maySee(Generation generation) {
        String owner = owner();
        boolean own = generation.request() != null
                && owner != null
                && owner.equals(generation.request().owner());
        return own || identity.hasRole(Roles.OPERATE);
    }

    /** @return the generation, if there is one that the caller may see */
    public Optional<Generation> find(String id) {
        return generations.find(id).filter(this::maySee);
    }
}
