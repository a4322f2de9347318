/**
 * FDA entries whose actions name a phenotype, an age or another drug inside brackets.
 * Each is spread over rows of its own, or its bracket becomes a condition, so that a row never says
 * to one patient what is meant for another. Key: the entry's id; the words are those of the reference.
 */
export type FdaPart = { readonly keys: readonly string[]; readonly actions: readonly string[] }

export const FDA_PARTS: Readonly<Record<string, readonly FdaPart[]>> = {
  // brivaracetam
  PA166329553: [
    { keys: ['PM'], actions: ['consider-dose-reduction'] },
    { keys: ['IM'], actions: ['information'] },
  ],
  // eliglustat: the label doses NM, IM and PM, each by co-medication; no use in UM
  PA166329564: [
    // The label's own rows hold the doses (fda-labels.ts).
    { keys: ['NM', 'IM', 'PM'], actions: ['information'] },
    { keys: ['UM'], actions: ['no-effect'] },
  ],
  // flurbiprofen
  PA166329567: [
    { keys: ['PM'], actions: ['dose=reduced'] },
    { keys: ['IM'], actions: ['information'] },
  ],
  // fosphenytoin
  PA166329569: [
    {
      keys: ['IM', 'PM'],
      actions: ['start=low end of range', 'tdm', 'if(*3 carrier, and chosen in place of carbamazepine):avoid'],
    },
  ],
  // irinotecan
  PA166329573: [
    { keys: ['PM'], actions: ['start=reduced by at least one level', 'monitor(neutropenia)'] },
    { keys: ['IM'], actions: ['monitor(neutropenia)'] },
  ],
  // pantoprazole
  PA166329582: [
    { keys: ['PM'], actions: ['if(child):consider-dose-reduction', 'if(adult):no-action'] },
    { keys: ['IM'], actions: ['information'] },
  ],
  // phenytoin
  PA166329583: [{ keys: ['IM', 'PM'], actions: ['dose-by-label', 'if(*3 carrier, and chosen in place of carbamazepine):avoid'] }],
  // piroxicam
  PA166329586: [
    { keys: ['PM'], actions: ['consider-dose-reduction'] },
    { keys: ['IM'], actions: ['information'] },
  ],
  // pimozide
  PA166329585: [
    { keys: ['PM'], actions: ['if(adult):max=4 mg/day', 'if(child):max=0.05 mg/kg/day', 'slow-titration(no increase before 14 days)'] },
  ],
  // propafenone
  PA166329588: [{ keys: ['PM'], actions: ['if(with a CYP3A4 inhibitor):avoid'] }],
  // siponimod
  PA166329590: [
    { keys: ['*3/*3'], actions: ['avoid'] },
    { keys: ['IM', 'PM'], actions: ['if(any genotype but *3/*3):dose-by-genotype'] },
  ],
  // thioguanine
  PA166329594: [
    { keys: ['PM'], actions: ['start=10% or less'] },
    { keys: ['IM'], actions: ['consider-dose-reduction', 'stricter-if(IM for both TPMT and NUDT15)'] },
  ],
  // carbamazepine is named as the drug that phenytoin would replace
  PA166329570: [{ keys: ['*15:02 positive'], actions: ['if(chosen in place of carbamazepine):avoid'] }],
  PA166329584: [{ keys: ['*15:02 positive'], actions: ['if(chosen in place of carbamazepine):avoid'] }],
  // metoclopramide
  PA166178750: [{ keys: ['PM'], actions: ['if(reflux):max=30 mg/day', 'if(gastroparesis):max=20 mg/day'] }],
  // belzutifan: the entry is about patients who are UGT2B17 poor metabolizers as well
  PA166329551: [{ keys: ['PM'], actions: ['if(UGT2B17 poor metabolizer as well):monitor(anaemia, hypoxia)'] }],
}
