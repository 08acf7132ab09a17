// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import io.lorafleet.standalone.history.FaultEvent.Began;
import io.lorafleet.standalone.history.FaultEvent.Struck;
import java.util.List;

/** A run whose fault had no effect proves nothing. */
final class FaultsStruck implements Invariant {
    @Override
    public String name() {
        return "F";
    }

    @Override
    public String statement() {
        return "each fault had an effect";
    }

    @Override
    public void judge(History history, Findings findings) {
        List<Struck> effects = history.all(Struck.class);
        for (Began fault : history.all(Began.class)) {
            boolean struck = effects.stream()
                    .anyMatch(effect -> effect.t() >= fault.t()
                            && effect.fault().equals(fault.fault())
                            && effect.target().equals(fault.target()));
            findings.require(struck, fault.fault() + " on " + fault.target(), "an effect of the fault", "none");
        }
    }
}
