// Moments as the pages write them: 09/12/2026, 21:32, in the time of the office wherever the phone believes itself to be.

const two = (number) => String(number).padStart(2, "0");
// Vietnam is seven hours ahead of UTC all the year.
const inOffice = (moment) => new Date(new Date(moment).getTime() + 7 * 3600000);

export const timeOf = (moment) => {
  const at = inOffice(moment);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
};
export const momentOf = (moment) => {
  const at = inOffice(moment);
  return `${two(at.getUTCDate())}/${two(at.getUTCMonth() + 1)}/${at.getUTCFullYear()}, ${timeOf(moment)}`;
};
// The day as addresses and rows write it: 2026-12-09.
export const dayOf = (moment) => inOffice(moment).toISOString().slice(0, 10);
