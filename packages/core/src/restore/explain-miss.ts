export async function explainMiss(_i: any, _q: any, _o: any): Promise<string[]> {
  return [];
}
