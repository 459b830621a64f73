// Moments as the pages write them: 09/12/2026, 21:32, by the clock of the phone.

const two = (number) => String(number).padStart(2, "0");
export const timeOf = (moment) => {
  const at = new Date(moment);
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
};
export const momentOf = (moment) => {
  const at = new Date(moment);
  return `${two(at.getDate())}/${two(at.getMonth() + 1)}/${at.getFullYear()}, ${timeOf(at)}`;
};
