// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** Scopes of intermediate results. */
public final class Scopes {
    private Scopes() {}

    /**
     * Opens a scope below the manager of {@code first}. What is computed from these arrays belongs to the scope, and
     * closing it frees all of that but what {@code scope.ret(...)} hands up. The arrays themselves go back to where
     * they were.
     */
    public static NDManager open(NDArray first, NDArray... more) {
        NDManager scope = NDManager.subManagerOf(first);
        first.tempAttach(scope);
        for (NDArray array : more) {
            array.tempAttach(scope);
        }
        return scope;
    }
}
